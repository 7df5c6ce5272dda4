# Databricks notebook source
# MAGIC %md
# MAGIC # {{name}}

# COMMAND ----------

from databricks_shim import find_dbutils
from {{name}}_steps import run

dbutils = find_dbutils(globals())
dbutils.widgets.text("rows", "10", "Rows")

# COMMAND ----------

result = run(int(dbutils.widgets.get("rows")))

# COMMAND ----------

dbutils.notebook.exit(result)

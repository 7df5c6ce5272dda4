# Databricks notebook source
# MAGIC %md
# MAGIC # {{name}}

# COMMAND ----------

import {{name}}_steps as steps
from databricks_shim import find_dbutils

dbutils = find_dbutils(globals())
dbutils.widgets.text("rows", "10", "Rows")

# COMMAND ----------

result = steps.run(int(dbutils.widgets.get("rows")))

# COMMAND ----------

dbutils.notebook.exit(result)

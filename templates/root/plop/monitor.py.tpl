# Databricks notebook source
# MAGIC %md
# MAGIC # Drift: {{name}}
# MAGIC
# MAGIC Compares recent rows with the reference profile of the model in service. Logs one index per column (PSI:
# MAGIC below 0.1 nothing, above 0.25 a clear shift); no rows leave the data store.

# COMMAND ----------

import json

import {{name}}_monitoring as monitoring
from databricks_shim import find_dbutils
from parameters import declare_parameters, read_parameters

dbutils = find_dbutils(globals())
declare_parameters(dbutils)
parameters = read_parameters(dbutils)

# COMMAND ----------

result = monitoring.run_monitor(parameters, dbutils)

# COMMAND ----------

dbutils.notebook.exit(json.dumps(result))

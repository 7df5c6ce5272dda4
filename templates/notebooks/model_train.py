# Databricks notebook source
# MAGIC %md
# MAGIC # Train the model · Entraîner le modèle
# MAGIC
# MAGIC Thin on purpose: the work is in the modules beside this notebook (`data`, `features`, `training`,
# MAGIC `evaluation`, `gate`), where it can be tested. The same file runs here, in the jobs, and as plain Python:
# MAGIC `python notebooks/model_train.py --mode test`.
# MAGIC
# MAGIC Mince à dessein : le travail est dans les modules voisins, où il peut être testé.

# COMMAND ----------

# DBTITLE 1,Parameters · Paramètres
import json

from databricks_shim import find_dbutils
from parameters import declare_parameters, read_parameters

dbutils = find_dbutils(globals())
declare_parameters(dbutils)
parameters = read_parameters(dbutils)
print(parameters)

# COMMAND ----------

# DBTITLE 1,Train, log, judge, register · Entraîner, journaliser, juger, enregistrer
from workflow import run_training

result = run_training(parameters, dbutils)

# COMMAND ----------

# DBTITLE 1,Result for the pipeline · Résultat pour le pipeline
# Outside of any try: leaving a notebook is an exception.
dbutils.notebook.exit(json.dumps(result))

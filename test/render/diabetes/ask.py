"""Asks the service of the project in this folder, with the model that was trained last, and prints what it says."""

import json
import os
import sys
from pathlib import Path

sys.path.insert(0, "api")
found = max(Path(".mlflow").rglob("parameters.json"), key=lambda path: path.stat().st_mtime)
os.environ["MODEL_DIR"] = str(found.parent)

import app  # noqa: E402
from fastapi.testclient import TestClient  # noqa: E402

with TestClient(app.app) as client:
    row = app.contract.example_row()
    response = client.post("/v1/score", json={"data": [row]})
    # 48 years is a good age, but no child is 48 months old in this study.
    years = client.post("/v1/score", json={"data": [{**row, "age": 48}]})
    schemas = client.get("/openapi.json").json()["components"]["schemas"]
print(
    json.dumps(
        {
            "status": response.status_code,
            "fields": sorted(response.json()["predictions"][0]),
            "unit": schemas["Row"]["properties"]["age"]["x-unit"],
            "documented": list(schemas["Prediction"]["properties"]),
            "years": years.status_code,
        }
    )
)

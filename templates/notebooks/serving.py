"""The serving code as seen from training: the contract, and `score.py` itself.

Training checks against the contract that the service promises, and judges models by the numbers that the service
would answer. Both lie in `../api`.
"""

from __future__ import annotations

import sys
from pathlib import Path

API = Path(__file__).resolve().parent.parent / "api"
if str(API) not in sys.path:
    sys.path.append(str(API))

import score
from contract import Contract, Field, load_contract
from model_folder import ModelDoesNotFit, to_fields

__all__ = ["API", "Contract", "Field", "ModelDoesNotFit", "load_contract", "score", "to_fields"]

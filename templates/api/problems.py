"""Errors as RFC 9457 problem documents, in English, in French, or in both when the caller does not say."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from pydantic_core import to_json
from starlette.responses import Response

from validation import Fault

MEDIA_TYPE = "application/problem+json"


@dataclass(frozen=True)
class Problem:
    """One kind of problem: its status and its texts."""

    status: int
    en: str
    fr: str


PROBLEMS = {
    "malformed-json": Problem(400, "The body is not valid JSON.", "Le corps n’est pas du JSON valide."),
    "not-found": Problem(404, "There is nothing at this address.", "Il n’y a rien à cette adresse."),
    "method-not-allowed": Problem(
        405,
        "This address does not take this method.",
        "Cette adresse n’accepte pas cette méthode.",
    ),
    "timeout": Problem(408, "The body did not arrive in time.", "Le corps n’est pas arrivé à temps."),
    "body-too-large": Problem(413, "The body is larger than allowed.", "Le corps dépasse la taille permise."),
    "unsupported-media-type": Problem(
        415,
        "Send the body as application/json in UTF-8, not compressed.",
        "Envoyez le corps en application/json, en UTF-8, sans compression.",
    ),
    "invalid-request": Problem(
        422,
        "The request does not fit the contract.",
        "La requête ne respecte pas le contrat.",
    ),
    "internal-error": Problem(
        500,
        "The service failed. Give the request_id to its team.",
        "Le service a échoué. Donnez le request_id à son équipe.",
    ),
    "no-model": Problem(
        503,
        "No model is in service yet. Train one, then deploy again.",
        "Aucun modèle n’est encore en service. Entraînez-en un, puis déployez de nouveau.",
    ),
    "model-not-loaded": Problem(
        503,
        "The model could not be loaded.",
        "Le modèle n’a pas pu être chargé.",
    ),
    "draining": Problem(
        503,
        "This instance is shutting down. Try again.",
        "Cette instance est en cours d’arrêt. Réessayez.",
    ),
}

FAULTS = {
    "missing": ("This field is missing.", "Ce champ manque."),
    "unknown-field": ("This field is not in the contract.", "Ce champ n’est pas dans le contrat."),
    "integer": ("A whole number is expected.", "Un nombre entier est attendu."),
    "number": ("A finite number is expected.", "Un nombre fini est attendu."),
    "boolean": ("true or false is expected.", "true ou false est attendu."),
    "string": ("Text is expected.", "Du texte est attendu."),
    "too-long": ("The text is longer than {limit} characters.", "Le texte dépasse {limit} caractères."),
    "not-in-list": ("Expected one of: {limit}.", "Valeurs permises\u00a0: {limit}."),
    "too-small": ("The value must be at least {limit}.", "La valeur doit être d’au moins {limit}."),
    "too-large": ("The value must be at most {limit}.", "La valeur doit être d’au plus {limit}."),
    "too-few-rows": ("At least {limit} row is expected.", "Au moins {limit} ligne est attendue."),
    "too-many-rows": ("At most {limit} rows are taken.", "Au plus {limit} lignes sont acceptées."),
    "list": ("A list is expected.", "Une liste est attendue."),
    "object": ("An object is expected.", "Un objet est attendu."),
    "invalid": ("This value is not valid.", "Cette valeur n’est pas valide."),
}


def choose_languages(header: str | None, served: Sequence[str]) -> tuple[str, ...]:
    """The language that `Accept-Language` prefers among those served; all of them when it prefers none."""
    best: tuple[float, str] | None = None
    for part in (header or "").split(",")[:20]:
        tag, _, parameters = part.strip().partition(";")
        language = tag.strip().lower().split("-")[0]
        quality = _parse_quality(parameters)
        if language in served and quality > 0 and (best is None or quality > best[0]):
            best = (quality, language)
    return (best[1],) if best else tuple(served)


def _parse_quality(parameters: str) -> float:
    name, _, value = parameters.strip().partition("=")
    if name.strip().lower() != "q":
        return 1.0
    try:
        return float(value)
    except ValueError:
        return 0.0


def to_problem(
    kind: str,
    languages: Sequence[str],
    request_id: str,
    *,
    instance: str = "",
    faults: Sequence[Fault] = (),
    detail: str = "",
    headers: dict[str, str] | None = None,
) -> Response:
    """The problem as a response."""
    problem = PROBLEMS[kind]
    texts = {"en": problem.en, "fr": problem.fr}
    body: dict[str, Any] = {
        "type": f"urn:problem:{kind}",
        "title": " / ".join(texts[language] for language in languages),
        "status": problem.status,
        "request_id": request_id,
    }
    if instance:
        body["instance"] = instance
    if detail:
        body["detail"] = detail
    if faults:
        body["errors"] = [
            {"pointer": fault.pointer, "code": fault.code, "detail": _to_detail(fault, languages)} for fault in faults
        ]
    return Response(
        to_json(body),
        status_code=problem.status,
        media_type=MEDIA_TYPE,
        headers={"content-language": ", ".join(languages), "x-request-id": request_id, **(headers or {})},
    )


def _to_detail(fault: Fault, languages: Sequence[str]) -> str:
    en, fr = FAULTS[fault.code]
    texts = {"en": en, "fr": fr}
    return " / ".join(texts[language].replace("{limit}", fault.limit) for language in languages)

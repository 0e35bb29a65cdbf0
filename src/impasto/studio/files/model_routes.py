"""REST calls about weights in the folder of models."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field

from impasto.studio.models import ModelFolder
from impasto.studio.studio import CurrentStudio

__all__ = ["router"]

router = APIRouter(prefix="/api/models", tags=["files"])


class ModelView(BaseModel):
    """A file of weights in the folder of models."""

    file: str = Field(description="Its name in requests, such as 'models/edges/model.safetensors'.")
    title: str = Field(description="The same for people.")
    bytes: int
    beside: str = Field(description="Name of the file beside it that says what it is; '' where there is none.")


@router.get("")
def list_models(
    studio: CurrentStudio,
    beside: Annotated[str, Query(max_length=100, description="Only those with a file of that name beside them.")] = "",
) -> list[ModelView]:
    """Weights that were put into the folder `models` of the working folder: settings can name them."""
    files = ModelFolder(studio.settings.home).files()
    return [ModelView(**vars(each)) for each in files if not beside or each.beside == beside]

"""Files as the REST interface shows them."""

from __future__ import annotations

from pydantic import BaseModel, Field

from impasto.studio.uploads import KeptFile

__all__ = ["FileView", "content_address"]


def content_address(name: str) -> str:
    """Where a file is shown."""
    return f"/api/files/{name}/content"


class FileView(BaseModel):
    """A file that was kept."""

    file: str = Field(description="Its name here: SHA-256 of its bytes, and an ending.")
    title: str = Field(description="How people call it; '' where nobody said.")
    width: int = Field(description="Columns of a picture that was just uploaded; 0 otherwise.")
    height: int = Field(description="Rows of it.")
    address: str = Field(description="Where it is shown.")
    thumbnail: str = Field(description="Address of a small version of a picture.")

    @classmethod
    def of(cls, kept: KeptFile) -> FileView:
        """The view of a file."""
        return cls(**vars(kept), address=content_address(kept.file), thumbnail=f"/api/files/{kept.file}/thumbnail")

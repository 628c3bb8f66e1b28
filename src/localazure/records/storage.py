"""Storage accounts, and what their Blob service holds."""

from datetime import datetime

import msgspec


class StorageAccount(msgspec.Struct, frozen=True, kw_only=True):
    """Its name is unique in the cloud. Keys are base64 of 64 random bytes."""

    subscription_id: str
    group: str
    name: str
    location: str
    key1: str
    key2: str
    made_at: datetime
    tags: dict[str, str] = {}
    sku: str = "Standard_LRS"
    kind: str = "StorageV2"
    access_tier: str = "Hot"
    shared_key_access: bool = True

    @property
    def id(self) -> str:
        return (
            f"/subscriptions/{self.subscription_id}/resourceGroups/{self.group}"
            f"/providers/Microsoft.Storage/storageAccounts/{self.name}"
        )

    @property
    def key(self) -> str:
        return self.id.lower()


class Container(msgspec.Struct, frozen=True, kw_only=True):
    account: str
    name: str
    etag: str
    changed_at: datetime
    metadata: dict[str, str] = {}

    @property
    def key(self) -> str:
        return f"{self.account}/{self.name}"


class Piece(msgspec.Struct, frozen=True, kw_only=True):
    """A part of a blob: `file` in the folder of contents. `block` is empty where the blob was put as a whole."""

    file: str
    size: int
    block: str = ""


class Blob(msgspec.Struct, frozen=True, kw_only=True):
    """`headers` are those that come back with it, by their names in small letters; `md5` is base64, may be empty."""

    container: str
    name: str
    etag: str
    made_at: datetime
    changed_at: datetime
    pieces: tuple[Piece, ...]
    headers: dict[str, str] = {}
    md5: str = ""
    metadata: dict[str, str] = {}
    tier: str = ""

    @property
    def key(self) -> str:
        return f"{self.container}/{self.name}"

    @property
    def size(self) -> int:
        return sum(piece.size for piece in self.pieces)


class Block(msgspec.Struct, frozen=True, kw_only=True):
    """A block that waits for a list that commits it. `blob` is the key of the blob that it may become a part of."""

    blob: str
    piece: Piece

    @property
    def key(self) -> str:
        return f"{self.blob}\n{self.piece.block}"

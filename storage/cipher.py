"""Keeps secrets that must be read again: encrypted with a key that is not in the database."""

from __future__ import annotations

import base64

from cryptography.fernet import Fernet, InvalidToken
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from desk.errors import NoKey


class Cipher:
    """Encrypts with keys derived from the installation's secret, another one for every purpose.

    What was encrypted `about` one thing cannot be read as being about another, so that a token
    moved to somebody else's row is worth nothing.
    """

    def __init__(self, secret: str) -> None:
        self._secret = secret.encode()

    def encrypt(self, text: str, about: str) -> str:
        """The text, encrypted and signed; "" stays ""."""
        return self._fernet(about).encrypt(text.encode()).decode() if text else ""

    def decrypt(self, text: str, about: str) -> str:
        """What was encrypted; raises `NoKey` where it was with another secret, or about else."""
        if not text:
            return ""
        try:
            return self._fernet(about).decrypt(text.encode()).decode()
        except InvalidToken as error:
            raise NoKey("a token in the database was kept with another DESK_SECRET_KEY") from error

    def _fernet(self, about: str) -> Fernet:
        info = b"partnerdesk.token:" + about.encode()
        derived = HKDF(SHA256(), length=32, salt=None, info=info).derive(self._secret)
        return Fernet(base64.urlsafe_b64encode(derived))

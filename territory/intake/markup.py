"""XML without its traps: one pass of a hardened parser, elements by their local names."""

from __future__ import annotations

import io
import xml.sax
from collections.abc import Mapping
from xml.sax.handler import ContentHandler, feature_external_ges, feature_namespaces
from xml.sax.xmlreader import AttributesImpl

import defusedxml.sax
from defusedxml import DefusedXmlException

from territory.intake.errors import IntakeError

_MAX_DEPTH = 200


class Reader(ContentHandler):
    """Base of the readers of KML and GPX: calls `opened` and `closed` with local names and text.

    Namespaces are not resolved: files whose prefixes nobody declared are common and harmless.
    """

    def __init__(self) -> None:
        super().__init__()
        self.path: list[str] = []
        self._text: list[str] = []

    def opened(self, name: str, attributes: Mapping[str, str]) -> None:
        """An element begins; override."""

    def closed(self, name: str, text: str) -> None:
        """An element ends, with the text since the last tag; override."""

    def startElement(self, name: str, attrs: AttributesImpl) -> None:  # noqa: N802
        """Of `ContentHandler`."""
        local = name.rpartition(":")[2]
        if len(self.path) >= _MAX_DEPTH:
            raise xml.sax.SAXNotSupportedException("nested too deep")
        self.path.append(local)
        self._text.clear()
        self.opened(local, dict(attrs.items()))

    def characters(self, content: str) -> None:
        """Of `ContentHandler`."""
        self._text.append(content)

    def endElement(self, name: str) -> None:  # noqa: N802
        """Of `ContentHandler`."""
        text = "".join(self._text)
        self._text.clear()
        self.path.pop()
        self.closed(name.rpartition(":")[2], text)


def parse(data: bytes, reader: Reader, *, name: str, kind: str) -> None:
    """Feed XML to a reader.

    Raises
    ------
    IntakeError
        It declares a document type or entities, or is not well formed (with the line).
    """
    parser = defusedxml.sax.make_parser()
    parser.forbid_dtd = True
    parser.setFeature(feature_namespaces, False)
    parser.setFeature(feature_external_ges, False)
    parser.setContentHandler(reader)
    try:
        parser.parse(io.BytesIO(data.lstrip()))
    except DefusedXmlException:
        raise IntakeError("xml.entities", name=name) from None
    except xml.sax.SAXParseException as error:
        raise IntakeError("xml.broken", name=name, kind=kind, line=error.getLineNumber() or 1) from None
    except (xml.sax.SAXException, ValueError, LookupError):
        raise IntakeError("file.damaged", name=name, kind=kind) from None

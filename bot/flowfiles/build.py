"""From folders to the library that the engine speaks from, and a shelf that keeps the old one when a new one fails."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

import msgspec

from bot.core.flow import Flow, Say, Statement
from bot.core.library import COUNTRIES, SYSTEM_FLOWS, Library, texts_of
from bot.errors import FlowError, UcareError
from bot.flowfiles import reference
from bot.flowfiles.load import Files, Loaded, load
from bot.flowfiles.ways import sound
from bot.i18n import catalogs
from bot.i18n.pseudo import tables as pseudo_tables
from bot.i18n.writing import PSEUDO


def library(
    folder: Path,
    locales_folder: Path,
    *,
    sure: float = 0.5,
    maybe: float = 0.12,
    release: bool = False,
    pseudo: bool = False,
) -> Library:
    """Return the library of a folder of flows and its catalogs.

    Statements that rest on a fact which is switched off or unconfirmed are left out. Catalogs of the locales need not
    be whole: a flow is offered in a locale only where all of it is translated.

    Args:
        folder: The flows, with contacts.yml and sources.yml.
        locales_folder: The catalogs.
        sure: From this confidence on (0 to 1) a topic is answered at once.
        maybe: From this confidence on a topic is offered as "Did you mean".
        release: Whether children use it: then numbers that nobody has called are left out.
        pseudo: Whether the locales that nobody speaks are there as well, to find untranslated text.

    Raises:
        FlowError: A flow, or a file beside the flows, is wrong, or a flow that the engine needs is missing.
        CatalogError: A catalog is wrong.
    """
    return assembled(load(folder).flows, folder, locales_folder, sure=sure, maybe=maybe, release=release, pseudo=pseudo)


def assembled(  # noqa: PLR0913 - what ``library`` takes, and the flows
    flows: Mapping[str, Flow],
    folder: Path,
    locales_folder: Path,
    *,
    sure: float,
    maybe: float,
    release: bool,
    pseudo: bool,
) -> Library:
    """Return the library of flows that are read already; see ``library``.

    Raises:
        FlowError, CatalogError: As there.
    """
    missing = sorted(SYSTEM_FLOWS - flows.keys())
    if missing:
        msg = f"the engine needs these flows: {', '.join(missing)}"
        raise FlowError(msg, file=f"{folder.name}/system/", line=1)
    sources = reference.sources(folder) if (folder / "sources.yml").is_file() else {}
    read = catalogs.read_all(locales_folder)
    texts = {locale: catalog.texts() for locale, catalog in read.items()}
    drafts = [locale for locale, catalog in read.items() if catalog.draft]
    if pseudo:
        texts |= pseudo_tables(key for flow in flows.values() for key in texts_of(flow))
        drafts += PSEUDO
    return Library(
        without(flows, reference.unfit(sources)),
        texts,
        reference.numbers(folder, release=release),
        drafts=frozenset(drafts),
        sure=sure,
        maybe=maybe,
    )


def without(flows: Mapping[str, Flow], unfit: frozenset[str]) -> dict[str, Flow]:
    """Return the flows without the statements that rest on a source in ``unfit``.

    A step that would fall silent by that in a country says the flow ``gone`` instead: that it has no sure answer, and
    that a person can help. So every flow reads well whatever is switched off.
    """
    instead = _statements(flows["gone"]) if "gone" in flows else ()
    return {
        name: msgspec.structs.replace(
            flow,
            steps={
                key: _without(step, unfit, instead) if isinstance(step, Say) else step
                for key, step in flow.steps.items()
            },
        )
        for name, flow in flows.items()
    }


def _without(step: Say, unfit: frozenset[str], instead: tuple[Statement, ...]) -> Say:
    def kept(statements: Iterable[Statement]) -> tuple[Statement, ...]:
        return tuple(one for one in statements if not unfit.intersection(one.sources))

    say = kept(step.say)
    overlay = {place: kept(added) for place, added in step.overlay.items()}
    if not say and step.say:
        silent = [country for country in COUNTRIES if not overlay.get(country)]
        if len(silent) == len(COUNTRIES):
            say = instead
        else:
            overlay |= dict.fromkeys(silent, instead)
    elif not say:
        overlay |= {place: instead for place, added in overlay.items() if not added and step.overlay[place]}
    return msgspec.structs.replace(step, say=say, overlay=overlay)


def _statements(flow: Flow) -> tuple[Statement, ...]:
    return tuple(one for step in flow.steps.values() if isinstance(step, Say) for one in step.say)


class Shelf:
    """Holds the library in use. A reload that fails leaves it as it is."""

    def __init__(
        self,
        folder: Path,
        locales_folder: Path,
        *,
        sure: float = 0.5,
        maybe: float = 0.12,
        release: bool = False,
        pseudo: bool = False,
    ) -> None:
        """Read the first library.

        Raises:
            FlowError, CatalogError: A file is wrong; there is nothing to go on with.
        """
        self._folder, self._locales, self._sure, self._maybe = folder, locales_folder, sure, maybe
        self._release, self._pseudo = release, pseudo
        self._files = Files()
        loaded = load(folder, self._files)
        self.library = self._assembled(loaded)
        """The library in use."""
        self.places = loaded.places
        """Where each of its flows, steps and texts stands; see ``load.Loaded``."""

    def _assembled(self, loaded: Loaded) -> Library:
        return assembled(
            loaded.flows,
            self._folder,
            self._locales,
            sure=self._sure,
            maybe=self._maybe,
            release=self._release,
            pseudo=self._pseudo,
        )

    def reload(self) -> UcareError | None:
        """Read everything again; return why the old library is kept, or None where the new one is in use.

        What is taken over while contacts are talking must be sound: a way that leads nowhere is refused as well.
        """
        try:
            loaded = load(self._folder, self._files)
            sound(loaded)
            self.library, self.places = self._assembled(loaded), loaded.places
        except UcareError as error:
            return error
        return None

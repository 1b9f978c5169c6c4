"""The releases of ``roman_datamodels`` that files are made with, one of each minor version."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["RELEASES", "Release"]

# What was current in the time of a release; newer ones break it, or write otherwise than it did.
EARLY = ("numpy<2", "asdf<3", "astropy<6", "gwcs<0.20", "asdf-astropy<0.6", "setuptools<81")
MIDDLE = ("numpy<2", "asdf<4", "astropy<7", "gwcs<0.22", "asdf-astropy<0.7", "setuptools<81")
LATE = ("numpy<2.3", "asdf<5", "astropy<8", "gwcs<0.25", "asdf-astropy<0.9")
# the oldest that this package takes: later ones write transforms that these cannot read
LATEST = ("asdf<6", "astropy<8", "gwcs==0.26.0", "asdf-astropy==0.10.0")


@dataclass(frozen=True)
class Release:
    """One release, and what is installed with it.

    Parameters
    ----------
    version : str
        Of ``roman_datamodels``.
    rad : str
        The schemas of its time; most releases would take any newer ones.
    pins : tuple of str
        Further requirements.
    """

    version: str
    rad: str
    pins: tuple[str, ...]

    @property
    def requirements(self) -> tuple[str, ...]:
        """Everything that pip is asked for."""
        return (f"roman_datamodels=={self.version}", f"rad=={self.rad}", *self.pins)


RELEASES = (
    Release("0.14.2", "0.14.2", EARLY),
    Release("0.15.0", "0.15.0", EARLY),
    Release("0.16.1", "0.16.0", EARLY),
    Release("0.17.1", "0.17.1", EARLY),
    Release("0.18.0", "0.18.0", EARLY),
    Release("0.19.2", "0.19.4", MIDDLE),
    Release("0.20.0", "0.20.0", MIDDLE),
    Release("0.21.0", "0.21.0", MIDDLE),
    Release("0.22.0", "0.22.0", LATE),
    Release("0.23.1", "0.23.1", LATE),
    Release("0.24.2", "0.24.0", LATE),
    Release("0.25.0", "0.25.0", LATE),
    Release("0.26.0", "0.26.0", LATE),
    Release("0.27.0", "0.27.0", LATE),
    Release("0.28.1", "0.28.0", LATEST),
    Release("0.29.1", "0.29.1", LATEST),
    Release("0.30.1", "0.30.0", LATEST),
    Release("0.31.0", "0.31.0", LATEST),
    Release("1.0.0", "1.0.0", LATEST),
    Release("1.1.0", "1.1.0", LATEST),
)

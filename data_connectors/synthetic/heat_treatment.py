"""Quenching and tempering: yield strength and hardness."""

from __future__ import annotations

import numpy as np

from data_connectors.schema import Characteristic
from data_connectors.synthetic.noise import Array
from data_connectors.synthetic.signals import Family, Response, Setting, Signal, driven

SIGNALS = (
    Signal("zone_1_temp", "°C", 500, 1150, 895, 7, 4, 2, 1.5),
    Signal("zone_2_temp", "°C", 500, 1150, 912, 8, 4, 2, 1.5, (0, 5, 0)),
    Signal("soak_time", "min", 1, 90, 12, 1.3, sensor=0.1),
    Signal("line_speed", "m/min", 0.5, 40, 9.0, 0.8, 3, 0.2, 0.03),
    Signal("quench_flow", "m³/h", 50, 3000, 880, 75, 4, 20, 8, (0, 40, -30)),
    Signal("quench_water_temp", "°C", 1, 60, 21, 4.0, sensor=0.3),
    Signal("temper_temp", "°C", 200, 780, 612, 6, 5, 2.5, 1.5, (0, 16, 5)),
    Signal("temper_time", "min", 3, 240, 36, 3.2, sensor=0.2),
    Signal("coil_thickness", "mm", 1.5, 25, 8.0, 1.3, sensor=0.02),
    Signal("carbon_equivalent", "%", 0.1, 0.9, 0.43, 0.012, sensor=0.003),
    Signal("furnace_oxygen", "%", 0, 12, 1.6, 0.35, 5, 0.1, 0.05),
)
CHARACTERISTICS = (
    Characteristic("yield_strength", "MPa", "continuous", 590.0, 690.0, 790.0, 5.0),
    Characteristic("hardness", "HV", "continuous", 235.0, 272.0, 310.0, 1.6),
)
RESPONSES = (Response("yield_strength", 690.0, 30.0, 11.0), Response("hardness", 272.0, 10.0, 3.6))
TOOL_LIFE_H = 110.0


def hollomon_jaffe(celsius: Array, minutes: Array, constant: float = 20.0) -> Array:
    """Tempering parameter ``T (C + log10 t) / 1000``, T in K and t in h (Hollomon and Jaffe 1945).

    Examples
    --------
    >>> round(float(hollomon_jaffe(np.array(600.0), np.array(60.0))), 2)
    17.46
    """
    return np.asarray((celsius + 273.15) * (constant + np.log10(minutes / 60)) / 1000)


def parameters(setting: Setting) -> dict[str, Array]:
    """Draw the true parameters: times follow from line speed, thickness and chemistry from upstream."""
    x = driven(SIGNALS, setting)
    rest = setting.normals("derived", 4)
    x["soak_time"] = 108 / x["line_speed"] * (1 + 0.03 * rest[:, 0])
    x["temper_time"] = 324 / x["line_speed"] * (1 + 0.03 * rest[:, 1])
    x["quench_water_temp"] = np.clip(14 + 0.55 * setting.ambient + 1.0 * rest[:, 2], 1.5, 59)
    x["coil_thickness"] = setting.upstream["exit_thickness"] + setting.upstream["thickness_deviation"] / 1000
    alloy = np.array([0.045, 0.047, 0.075])[setting.grade] + 0.004 * rest[:, 3]
    x["carbon_equivalent"] = setting.upstream["carbon"] + setting.upstream["manganese"] / 6 + alloy
    return x


def martensite(x: dict[str, Array], wear: Array) -> Array:
    """Share of martensite after the quench, 0..1, from cooling rate against the critical rate of the chemistry.

    The rate at mid-thickness falls with thickness and water temperature and grows with flow (clogged headers: less);
    the critical rate falls exponentially with the carbon equivalent; in between a Weibull-shaped transition.
    """
    flow = (x["quench_flow"] / 880) ** 0.75 * np.exp(-0.28 * wear)
    rate = 46 * flow * (1 - 0.008 * (x["quench_water_temp"] - 20)) * (8 / x["coil_thickness"]) ** 0.9
    critical = 27 * np.exp(-7 * (x["carbon_equivalent"] - 0.43))
    return np.asarray(1 - np.exp(-1.2 * (rate / critical) ** 2.2))


def expected(x: dict[str, Array], setting: Setting) -> dict[str, Array]:
    """Return expected yield strength (MPa) and Vickers hardness.

    Tempered martensite softens with the Hollomon-Jaffe parameter, micro-alloyed grades less near their precipitation
    peak; grains grow with austenitizing temperature and time
    and weaken by Hall-Petch; yield follows hardness by ``-90.7 + 2.876 HV`` (Pavlina and Van Tyne 2008); oxygen in the
    furnace costs surface carbon, thus hardness only.
    """
    share = martensite(x, setting.wear)
    temper = hollomon_jaffe(x["temper_temp"], x["temper_time"]) - 17.5
    secondary = np.array([0.0, 13.0, 5.0])[setting.grade] * np.exp(-(((x["temper_temp"] - 618) / 14) ** 2))
    tempered = 272 + 200 * (x["carbon_equivalent"] - 0.44) - 34 * temper - 20 * temper**2 + secondary
    bainite = 212 + 120 * (x["carbon_equivalent"] - 0.43)
    grain_um = 18 * np.exp((x["zone_2_temp"] - 912) / 30) * (x["soak_time"] / 12) ** 0.25
    unsolved = 30 / (1 + np.exp((x["zone_1_temp"] - 872) / 5))
    hall_petch = 220 * (grain_um**-0.5 - 18**-0.5)
    core = share * tempered + (1 - share) * bainite + hall_petch - unsolved
    core = core - 40 * (setting.upstream["centre_segregation"] - 1.15) + 0.6 * setting.crew
    return {"yield_strength": -90.7 + 2.876 * core, "hardness": core - 5 * (x["furnace_oxygen"] - 1.6)}


FAMILY = Family(
    SIGNALS,
    CHARACTERISTICS,
    RESPONSES,
    tool="quench headers",
    tool_life_h=TOOL_LIFE_H,
    parameters=parameters,
    expected=expected,
)

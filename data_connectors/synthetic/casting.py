"""Continuous casting of slabs: parameters, centre segregation, surface cracks."""

from __future__ import annotations

import numpy as np

from data_connectors.schema import Characteristic
from data_connectors.synthetic.noise import Array
from data_connectors.synthetic.signals import Family, Response, Setting, Signal, driven

SIGNALS = (
    Signal("superheat", "°C", 0, 90, 27, 6.0, 4, 2.0, 1.0, (0, 2, -2)),
    Signal("tundish_temp", "°C", 1450, 1620, 1543, 6.5, sensor=1.5),
    Signal("casting_speed", "m/min", 0.3, 2.2, 1.12, 0.07, 3, 0.02, 0.003, (0, -0.05, 0.04)),
    Signal("mould_level_sd", "mm", 0, 25, 2.4, 0.5, sensor=0.08),
    Signal("mould_heat_flux", "MW/m²", 0.3, 3.5, 1.42, 0.08, sensor=0.02),
    Signal("secondary_water", "L/kg", 0.2, 2.0, 0.85, 0.07, 4, 0.015, 0.01, (0, 0.05, -0.04)),
    Signal("soft_reduction", "mm", 0, 9, 3.9, 0.75, 5, 0.15, 0.05),
    Signal("carbon", "%", 0.02, 0.5, 0.150, 0.006, 3, 0.0, 0.001, (0, 0.016, 0.004)),
    Signal("manganese", "%", 0.2, 2.5, 1.40, 0.035, 3, 0.0, 0.005, (0, 0.10, -0.10)),
    Signal("sulphur", "ppm", 1, 200, 42, 9.0, 5, 0.0, 1.0),
    Signal("nozzle_wear", "h", 0, 60, 7, 4.0, sensor=0.0),
)
CHARACTERISTICS = (
    Characteristic("centre_segregation", "", "continuous", None, None, 1.35, 0.012),
    Characteristic("surface_crack", "", "binary"),
)
RESPONSES = (Response("centre_segregation", 1.15, 0.045, 0.018), Response("surface_crack", 0.0, 1.0, 0.25))
TOOL_LIFE_H = 14.0


def parameters(setting: Setting) -> dict[str, Array]:
    """Draw the true parameters of a block of slabs.

    The tundish temperature is the liquidus of the steel plus superheat (liquidus ``1536 - 78 C - 7.6 Si - 4.9 Mn``
    with 0.25 % Si); heat flux in the mould grows with the root of speed (Wolf); the meniscus calms with clean nozzles.
    """
    x = driven(SIGNALS, setting)
    rest = setting.normals("derived", 3)
    x["superheat"] = np.clip(x["superheat"] + 0.15 * (setting.ambient - 15), 1, 89)
    x["tundish_temp"] = 1536 - 78 * x["carbon"] - 7.6 * 0.25 - 4.9 * x["manganese"] + x["superheat"]
    x["mould_heat_flux"] = 1.34 * np.sqrt(x["casting_speed"]) * (1 + 0.03 * rest[:, 0])
    unrest = (x["casting_speed"] / 1.1) ** 1.5 * (1 + 0.35 * setting.wear) * np.exp(0.14 * rest[:, 1])
    x["mould_level_sd"] = np.clip(2.0 * unrest, 0.1, 24)
    x["nozzle_wear"] = TOOL_LIFE_H * setting.wear
    return x


def expected(x: dict[str, Array], setting: Setting) -> dict[str, Array]:
    """Return the expected characteristics: index of centre segregation, logit of a crack.

    Segregation grows with what segregates (C, Mn, S) and with a wide columnar zone (superheat, speed) and has a
    minimum at the right soft reduction; cracks come with meniscus unrest, peritectic carbon (0.09-0.17 %, shrinkage
    in the mould) and uneven secondary cooling.
    """
    solute = (x["carbon"] / 0.15) ** 1.1 * (x["manganese"] / 1.4) ** 0.6 * (x["sulphur"] / 42) ** 0.15
    columnar = (np.maximum(x["superheat"], 2) / 27) ** 0.8 * (x["casting_speed"] / 1.12) ** 1.2
    squeeze = 1 + 0.5 * ((x["soft_reduction"] - 4.1) / 1.2) ** 2
    cooling = (x["secondary_water"] / 0.85) ** -0.6
    segregation = 1.02 + 0.105 * solute * columnar * squeeze * cooling
    peritectic = np.exp(-(((x["carbon"] - 0.135) / 0.018) ** 2))
    logit = (
        -6.8
        + 1.5 * (x["mould_level_sd"] - 2.4)
        + 1.3 * peritectic
        + 260 * (x["secondary_water"] - 0.85) ** 2
        + 0.05 * np.maximum(x["superheat"] - 30, 0) ** 1.5
        + 0.6 * (x["sulphur"] - 42) / 20
        + 0.3 * setting.crew
    )
    return {"centre_segregation": segregation, "surface_crack": logit}


FAMILY = Family(
    SIGNALS,
    CHARACTERISTICS,
    RESPONSES,
    tool="entry nozzle",
    tool_life_h=TOOL_LIFE_H,
    parameters=parameters,
    expected=expected,
)

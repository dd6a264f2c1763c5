"""Hot rolling of slabs to coils: the finishing stand that sets thickness, and scale on the surface."""

from __future__ import annotations

import numpy as np

from data_connectors.schema import Characteristic
from data_connectors.synthetic.noise import Array
from data_connectors.synthetic.signals import Family, Response, Setting, Signal, driven

SIGNALS = (
    Signal("entry_temp", "°C", 700, 1250, 1012, 13, 4, 5, 2.5, (0, 8, -6)),
    Signal("exit_temp", "°C", 600, 1150, 884, 13, sensor=2.0),
    Signal("exit_thickness", "mm", 1.5, 25, 8.0, 0.9, 4, 0.0, 0.0, (0, 1.0, -1.0)),
    Signal("reduction", "%", 3, 60, 22, 1.6, 4, 0.5, 0.1),
    Signal("rolling_speed", "m/s", 0.5, 20, 6.0, 0.55, 3, 0.15, 0.02),
    Signal("roll_force", "MN", 1, 60, 12.9, 1.25, sensor=0.12),
    Signal("tension", "MPa", 0, 40, 8.0, 0.9, 3, 0.3, 0.15),
    Signal("bending_force", "kN", 0, 2500, 720, 60, 4, 20, 6),
    Signal("descale_pressure", "bar", 20, 350, 185, 12, 5, 3, 1.5),
    Signal("coolant_temp", "°C", 0, 80, 29, 3.0, sensor=0.4),
    Signal("roll_wear", "µm", 0, 900, 120, 70, sensor=4),
)
CHARACTERISTICS = (
    Characteristic("thickness_deviation", "µm", "continuous", -50.0, 0.0, 50.0, 3.0),
    Characteristic("scale_defect", "", "binary"),
)
RESPONSES = (Response("thickness_deviation", 0.0, 16.0, 6.0), Response("scale_defect", 0.0, 1.0, 0.25))
TOOL_LIFE_H = 9.0
WIDTH_M, ROLL_RADIUS_M, MILL_MODULUS = 1.5, 0.38, 5.5


def flow_stress(celsius: Array, carbon: Array, strain: Array, rate: Array) -> Array:
    """Hot flow stress of carbon steel in MPa (Misaka and Yoshimoto 1967).

    Parameters
    ----------
    celsius : ndarray
        Temperature in degC.
    carbon : ndarray
        In per cent by mass.
    strain, rate : ndarray
        True strain, and strain rate in 1/s.

    Examples
    --------
    >>> round(float(flow_stress(np.array(900.0), np.array(0.15), np.array(0.25), np.array(50.0))))
    175
    """
    kelvin = celsius + 273.15
    work = 0.126 - 1.75 * carbon + 0.594 * carbon**2 + (2851 + 2968 * carbon - 1120 * carbon**2) / kelvin
    return np.asarray(9.81 * np.exp(work) * strain**0.21 * rate**0.13)


def roll_force(
    *, thickness: Array, reduction: Array, speed: Array, celsius: Array, carbon: Array, pull: Array
) -> Array:
    """Roll force in MN after Sims (1954), simplified: yield in plane strain x contact length x geometry factor.

    Parameters
    ----------
    thickness : ndarray
        Exit thickness in mm.
    reduction : ndarray
        In per cent of the entry thickness.
    speed, celsius, carbon : ndarray
        Rolling speed in m/s, temperature in degC, carbon in per cent.
    pull : ndarray
        Interstand tension in MPa; it relieves the roll gap.
    """
    share = reduction / 100
    draft_m = thickness / 1000 * share / (1 - share)
    contact_m = np.sqrt(ROLL_RADIUS_M * draft_m)
    strain = -np.log(1 - share)
    stress = flow_stress(celsius, carbon, strain, speed / contact_m * strain)
    geometry = 0.8 + 0.25 * contact_m / (thickness / 1000 + draft_m / 2)
    return np.asarray(WIDTH_M * contact_m * (1.155 * stress - 0.8 * pull) * geometry)


def parameters(setting: Setting) -> dict[str, Array]:
    """Draw the true parameters of a block of coils; temperature falls along the stand, less at speed."""
    x = driven(SIGNALS, setting)
    rest = setting.normals("derived", 2)
    x["entry_temp"] = x["entry_temp"] + 0.25 * (setting.ambient - 15)
    hold = (6.0 / x["rolling_speed"]) ** 0.8 * (8.0 / x["exit_thickness"]) ** 0.35
    x["exit_temp"] = x["entry_temp"] - 126 * hold + 2.5 * rest[:, 0]
    x["roll_force"] = _force(x, setting)
    x["coolant_temp"] = np.clip(22 + 0.45 * setting.ambient + 1.2 * rest[:, 1], 1, 79)
    x["roll_wear"] = 230 * setting.wear**0.9
    return x


def _force(x: dict[str, Array], setting: Setting) -> Array:
    middle = 0.4 * x["entry_temp"] + 0.6 * x["exit_temp"]
    return roll_force(
        thickness=x["exit_thickness"],
        reduction=x["reduction"],
        speed=x["rolling_speed"],
        celsius=middle,
        carbon=setting.upstream["carbon"],
        pull=x["tension"],
    )


def expected(x: dict[str, Array], setting: Setting) -> dict[str, Array]:
    """Return the expected deviation from nominal thickness in um and the logit of rolled-in scale.

    Gauge-meter equation ``h = S + F / M`` (BISRA): what the set-up model did not foresee of force (it assumes usual
    temperatures) stretches the mill, less what automatic gauge control takes back; the oil film thins the gap with
    speed, worn rolls open it, and so do new ones until they are warm (thermal crown). Oxide grows parabolically, with
    an Arrhenius rate, and descaling removes it.
    """
    usual = {**x, "entry_temp": x["entry_temp"] * 0 + 1012, "exit_temp": x["entry_temp"] * 0 + 884}
    surprise_mn = x["roll_force"] - _force(usual, setting)
    stretch = 1000 / MILL_MODULUS * surprise_mn * (0.075 + 0.06 * np.tanh(setting.wear - 0.5))
    film = -55 * np.log(x["rolling_speed"] / 6.0)
    wear = 0.11 * (x["roll_wear"] - 115) * np.sqrt(x["exit_thickness"] / 8)
    cold = 34 * np.exp(-x["roll_wear"] / 28) - 7
    pull = -5.5 * (x["tension"] - 8) * (8 / x["exit_thickness"]) ** 1.5
    bending = -0.045 * (x["bending_force"] - 720) * (x["reduction"] / 22)
    deviation = stretch + film + wear + cold + bending + pull + 2 * (x["coolant_temp"] - 29)
    oxide = np.sqrt(np.exp(-17_000 * (1 / (x["entry_temp"] + 273.15) - 1 / 1285.0)) * 6.0 / x["rolling_speed"])
    logit = -4.9 + 9 * (oxide - 1) - 0.11 * (x["descale_pressure"] - 185) + 1.6 * setting.wear**2 + 0.3 * setting.crew
    return {"thickness_deviation": deviation, "scale_defect": logit}


FAMILY = Family(
    SIGNALS,
    CHARACTERISTICS,
    RESPONSES,
    tool="work rolls",
    tool_life_h=TOOL_LIFE_H,
    parameters=parameters,
    expected=expected,
)

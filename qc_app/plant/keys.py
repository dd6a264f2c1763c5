"""What a plant definition may say: the keys of each of its tables and the types of their values."""

TOP = {"plant": dict, "gate": dict, "calendar": dict, "marks": dict, "stages": dict, "sources": dict,
       "alarms": dict, "routes": dict, "writeback": dict}  # fmt: skip
PLANT = {"name": str, "zone": str, "day_starts": int, "night_at": str, "ingest_every_s": int,
         "train_every_days": int, "label_window_days": int, "night_within_h": int,
         "step_within_min": int, "stage_within_min": int}  # fmt: skip
GATE = {"delta_share": float, "min_rows": int, "coverage_tolerance": float, "min_new_labels": int,
        "patience_nights": int, "export": bool, "approval": bool, "shadow_nights": int}  # fmt: skip
CALENDAR = {"holidays": list, "shifts": dict}
SHIFT = {"begins": str, "ends": str, "days": list}
MARK = {"limits": bool, "baseline": bool, "adapt": bool}
STAGE = {"line": str, "family": str, "context": str, "upstream": list, "fed_by": dict, "window": dict,
         "parameters": dict, "characteristics": dict}  # fmt: skip
WINDOW = {"length_s": int, "step_s": int, "dead_s": int, "hold_s": int}
FEED = {"takes": list, "delay_s": float, "tolerance_s": float}
PARAMETER = {"unit": str, "low": float, "high": float, "settable": bool}
CHARACTERISTIC = {"unit": str, "kind": str, "lower": float, "target": float, "upper": float, "gauge_sd": float,
                  "subgroup_size": int, "subgroup_by": str}  # fmt: skip
SOURCE = {"kind": str, "stage": str, "carries": str, "unit_column": str, "time_column": str, "zone": str,
          "columns": dict, "units": dict, "quality": dict, "decimal": str, "lateness_s": float,
          "idle_after_s": float, "optional": list, "parents": dict}  # fmt: skip
ALARM = {"priority": str, "consequence": str, "response": list, "on_delay_s": float, "off_delay_s": float,
         "dead_band": float, "escalate_after_s": float, "suppressed_by": list, "enabled": bool}  # fmt: skip
ROUTE = {"to": str, "webhook": str, "secret": str, "least": str, "lines": list, "kinds": list, "shifts": list,
         "group_s": float, "most_per_h": int}  # fmt: skip
OUTLET = {"kind": str, "stage": str, "characteristic": str, "on": bool, "low": float, "high": float,
          "dead_value": float, "most_per_minute": int, "heartbeat_s": float, "max_age_s": float}  # fmt: skip

"""What statistical process control refuses: too few values, or values that say nothing."""

from __future__ import annotations

from qc_app.language import later

REFUSALS = (
    later("gauge study: {counts} - at least 2 of each; one appraiser alone is a type-1 study"),
    later("chart of counts: {n} points with something inspected, at least 2 are needed"),
    later("chart of counts: {n} point with something inspected, at least 2 are needed"),
    later("capability: too few values differ for an interval by the bootstrap - 10 are needed"),
    later("spread within: {n} values, at least 2 are needed"),
    later("kappa: {n} units - at least 2"),
    later("kappa: {n} units - at least 3, each rated twice or more"),
    later("linearity: {n} references - at least {m} over the range"),
    later("run length: the chart's points do not vary - collect values that do"),
    later("subgroups of {m}: {n} values, at least {k} are needed"),
    later("multivariate chart of {m} variables: {n} complete rows, at least {k} are needed"),
    later("chart of {m} variables: {n} full subgroups of {k} - use more than {count} values"),
    later("{name}: {n} values, at least {m} are needed"),
    later("{name}: {n} value, at least {m} are needed"),
    later("forecast chart: {n} values, at least {m} are needed for its coefficient"),
    later("forecast chart: {n} values, at least {m} are needed for its memory"),
    later("individuals chart: no two neighbouring values - at least 2 in a row are needed"),
    later("chart of subgroups: at least 2 subgroups of 2 values or more are needed"),
    later("subgroup of {n} values - split it: a chart of subgroups is made for few values at a time"),
    later("{n} units cannot promise {share} false alarms: {m} are needed, {k} more"),
    later("{n} unit cannot promise {share} false alarms: {m} are needed, {k} more"),
    later("normality test: all {n} values are equal - there is no distribution to test"),
    later("capability: no specification limit - give lower, upper or both"),
    later("box-cox: the smallest value is {value}, a power needs values above 0 - use a fit"),
    later("box-cox: all {n} values are equal - no power makes them normal"),
    later("box-cox: values from {low} to {high} lie too close for a power - use normal"),
    later("box-cox: no limit above 0 is left for values above 0 - choose a fitted distribution"),
    later("{kind} fit: all {n} values are equal - there is no distribution to fit"),
    later("{kind} fit: the smallest value is {value}, only values above 0 can be of this kind"),
    later("{kind} fit: no parameters make values from {low} to {high} likely - try another"),
    later("distribution fit: no family fits values from {low} to {high}"),
    later("capability picture: all {n} values are equal - there is nothing to draw"),
)

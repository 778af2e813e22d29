#!/usr/bin/env python3
"""Draws the dashboards from a running Prometheus as PNG files, without Grafana, for documentation.

    python3 -m venv venv && venv/bin/pip install matplotlib
    venv/bin/python dashboards/render.py --prometheus http://127.0.0.1:9090 --output pictures --range 5m

One picture a dashboard, 1600 pixels wide. All variables stand for "All". Grid, types of panels, units, legends,
thresholds and overrides are those of the JSON files, as far as these files use them.
"""

import argparse
import io
import json
import math
import pathlib
import re
import sys
import time
import urllib.error
import urllib.parse
import urllib.request

import matplotlib

matplotlib.use("Agg")

from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties
from matplotlib.patches import FancyBboxPatch, Rectangle
from matplotlib.ticker import FuncFormatter, MaxNLocator, MultipleLocator
from PIL import Image

sys.dont_write_bytecode = True

import queries

WIDTH = 1600
MARGIN = 16
GAP = 8
CELL_HEIGHT = 38
HEADER = 84
COLUMN = (WIDTH - 2 * MARGIN + GAP) / 24
POINTS_WANTED = 240

CANVAS, PANEL, BORDER, TRACK = "#111217", "#181b1f", "#25272d", "#22252b"
TEXT, DIM, GRID = "#d4d5de", "#9a9ba6", "#2a2d33"
COLOURS = {
    "green": "#73bf69", "red": "#f2495c", "yellow": "#fade2a", "blue": "#5794f2", "orange": "#ff9830",
    "purple": "#b877d9", "gray": "#8e8e96", "transparent": "none",
}  # fmt: skip
PALETTE = (
    "#73bf69", "#f2cc0c", "#8ab8ff", "#ff780a", "#f2495c", "#5794f2", "#b877d9", "#56a64b", "#e0b400", "#3274d9",
    "#fa6400", "#e02f44", "#96d98d", "#8f3bb8", "#ffb357", "#c0d8ff",
)  # fmt: skip


# Prometheus


class Prometheus:
    """The source of all numbers, seen over the time that ends when it is made."""

    def __init__(self, address, seconds, values):
        self.address = address.rstrip("/")
        self.end = time.time()
        self.start = self.end - seconds
        self.step = max(1, seconds / POINTS_WANTED)
        self.values = values

    def _get(self, path, **parameters):
        url = f"{self.address}/api/v1/{path}?{urllib.parse.urlencode(parameters)}"
        try:
            with urllib.request.urlopen(url, timeout=30) as answer:
                return json.load(answer)["data"]["result"]
        except urllib.error.HTTPError as error:
            sys.exit(f"{parameters['query']}: {error.read().decode()}")
        except OSError as error:
            sys.exit(f"{self.address}: {error}")

    def ask(self, target):
        """Series of a target: pairs of labels and points of time and value; one point each if it is instant."""
        expression = queries.substituted(target["expr"], self.values)
        if target.get("instant"):
            found = self._get("query", query=expression, time=self.end)
            return [(series["metric"], [number(series["value"])]) for series in found]
        found = self._get("query_range", query=expression, start=self.start, end=self.end, step=self.step)
        return [(series["metric"], [number(point) for point in series["values"]]) for series in found]


def number(point):
    """A point of Prometheus' JSON, whose value is a text."""
    return float(point[0]), float(point[1])


def seconds_of(text):
    """`90s`, `5m`, `1h`."""
    match = re.fullmatch(r"(\d+)([smhd])", text)
    if not match:
        raise argparse.ArgumentTypeError(f"{text}: accepted is a number with s, m, h or d")
    return int(match.group(1)) * {"s": 1, "m": 60, "h": 3600, "d": 86400}[match.group(2)]


class Series:
    """What one line, bar or number shows, with the settings that hold for it."""

    def __init__(self, name, points, settings):
        self.name, self.points = name, points
        self.unit = settings.get("unit", "short")
        self.decimals = settings.get("decimals")
        self.colour = fixed_colour(settings)
        self.largest = settings.get("max")
        self.on_right = settings.get("custom.axisPlacement") == "right"
        self.axis_label = settings.get("custom.axisLabel", "")

    @property
    def numbers(self):
        return [value for _, value in self.points if math.isfinite(value)]

    @property
    def last(self):
        """The last value that is a number."""
        return self.numbers[-1] if self.numbers else None

    def text(self, value):
        return written(value, self.unit, self.decimals)


def fixed_colour(settings):
    """The colour that an override fixes, or None."""
    colour = settings.get("color", {})
    return COLOURS.get(colour.get("fixedColor"), colour.get("fixedColor")) if colour.get("mode") == "fixed" else None


def settings_of(panel, name):
    """Defaults of a panel's fields with the overrides for one name on top."""
    defaults = panel["fieldConfig"]["defaults"]
    settings = {key: value for key, value in defaults.items() if key != "custom"}
    settings.update({f"custom.{key}": value for key, value in defaults.get("custom", {}).items()})
    for override in panel["fieldConfig"]["overrides"]:
        matcher = override["matcher"]
        if matcher["id"] == "byName" and matcher["options"] != name:
            continue
        if matcher["id"] == "byRegexp" and not re.search(matcher["options"].strip("/"), name):
            continue
        settings.update({entry["id"]: entry["value"] for entry in override["properties"]})
    return settings


def legend_name(target, labels, panel):
    """What a legend calls a series."""
    wanted = target["legendFormat"]
    if wanted != "__auto":
        return re.sub(r"\{\{\s*(\w+)\s*\}\}", lambda match: labels.get(match.group(1), ""), wanted).strip()
    shown = ", ".join(f"{key}={value}" for key, value in labels.items() if key != "__name__")
    return shown or panel["title"]


def series_of(panel, source):
    """All series of a panel, each with a colour."""
    found = []
    for target in panel["targets"]:
        for labels, points in source.ask(target):
            name = legend_name(target, labels, panel)
            found.append(Series(name, points, settings_of(panel, name)))
    for index, series in enumerate(found):
        series.colour = series.colour or PALETTE[index % len(PALETTE)]
    return found


# Numbers as text


def written(value, unit, decimals=None):
    """A value as Grafana writes it in a unit."""
    if value is None or not math.isfinite(value):
        return "–"
    if unit == "percentunit":
        return rounded(value * 100, decimals) + " %"
    if unit == "s":
        return duration(value, decimals)
    if unit == "bytes":
        return scaled(value, 1024, ("B", "KiB", "MiB", "GiB", "TiB"), decimals)
    if unit == "Bps":
        return scaled(value, 1000, ("B/s", "kB/s", "MB/s", "GB/s", "TB/s"), decimals)
    return scaled(value, 1000, ("", "K", "Mil", "Bil"), decimals)


def rounded(value, decimals=None):
    """With as many digits as tell something, or as many decimals as are asked for."""
    if decimals is None:
        size = abs(value)
        decimals = 0 if size >= 100 else 1 if size >= 10 else 2 if size >= 0.1 else 3
        text = f"{value:.{decimals}f}"
        text = text.rstrip("0").rstrip(".") if "." in text else text
    else:
        text = f"{value:.{decimals}f}"
    return "0" if text in ("-0", "") else text


def scaled(value, base, units, decimals=None):
    """In the largest unit that leaves it above 1."""
    power = 0
    while abs(value) >= base and power < len(units) - 1:
        value, power = value / base, power + 1
    # What is asked for as a whole number still shows what a larger unit would hide.
    text = rounded(value, None if power else decimals)
    return f"{text} {units[power]}".strip()


def duration(value, decimals=None):
    """Seconds, in a unit between nanoseconds and years."""
    size = abs(value)
    if size == 0:
        return "0 s"
    units = ((31_536_000, "years"), (604_800, "weeks"), (86_400, "days"), (3_600, "hours"), (60, "mins"), (1, "s"))
    small = ((1e-3, "ms"), (1e-6, "µs"), (1e-9, "ns"))
    for length, name in units + small:
        if size >= length:
            return f"{rounded(value / length, decimals)} {name}"
    return f"{rounded(value * 1e9)} ns"


def threshold_colour(value, panel):
    """The colour of the step that a value has reached."""
    colour = "green"
    for step in panel["fieldConfig"]["defaults"].get("thresholds", {}).get("steps", []):
        if step["value"] is None or (value is not None and value >= step["value"]):
            colour = step["color"]
    return COLOURS[colour]


# Drawing


class Sheet:
    """A picture on which places are pixels from the upper left corner."""

    def __init__(self, height):
        self.height = height
        self.figure = Figure(figsize=(WIDTH / 100, height / 100), dpi=100, facecolor=CANVAS)
        self.renderer = FigureCanvasAgg(self.figure).get_renderer()
        self.base = self.figure.add_axes([0, 0, 1, 1])
        self.base.set(xlim=(0, WIDTH), ylim=(height, 0))
        self.base.axis("off")

    def text(self, x, y, text, size=12, colour=TEXT, weight="normal", across="left", width=None, rotation=0):
        """`size` in pixels; `width` is what the text may take before it is cut."""
        if width is not None:
            text = self.fitted(text, width, size, weight)
        self.base.text(
            x, y, text.replace("$", r"\$"), fontsize=size * 0.72, color=colour, weight=weight, ha=across, va="center",
            rotation=rotation,
        )  # fmt: skip

    def width(self, text, size=12, weight="normal"):
        """Pixels that a text takes."""
        font = FontProperties(size=size * 0.72, weight=weight)
        return self.renderer.get_text_width_height_descent(text, font, False)[0] if text else 0

    def fitted(self, text, width, size=12, weight="normal"):
        """The text, cut to a width."""
        if self.width(text, size, weight) <= width:
            return text
        while text and self.width(text + "…", size, weight) > width:
            text = text[:-1]
        return text + "…"

    def box(self, x, y, width, height, colour, edge="none", radius=2):
        shape = f"round,pad=0,rounding_size={radius}"
        self.base.add_patch(
            FancyBboxPatch((x, y), width, height, boxstyle=shape, facecolor=colour, edgecolor=edge, linewidth=0.7)
        )

    def bar(self, x, y, width, height, colour):
        self.base.add_patch(Rectangle((x, y), width, height, facecolor=colour, linewidth=0))

    def axes(self, x, y, width, height):
        """A plot with its inner edges at these places."""
        place = [x / WIDTH, 1 - (y + height) / self.height, width / WIDTH, height / self.height]
        axes = self.figure.add_axes(place, facecolor="none")
        for side in axes.spines.values():
            side.set_visible(False)
        axes.tick_params(colors=DIM, labelsize=10.5 * 0.72, length=0, pad=4)
        return axes

    def save(self, path):
        """As PNG with a palette, which is a third of the size and looks the same."""
        raw = io.BytesIO()
        self.figure.savefig(raw, format="png", facecolor=CANVAS)
        raw.seek(0)
        picture = Image.open(raw).convert("RGB")
        picture = picture.quantize(method=Image.Quantize.MAXCOVERAGE, kmeans=2, dither=Image.Dither.NONE)
        picture.save(path, optimize=True)


class Box:
    """The inside of a panel."""

    def __init__(self, x, y, width, height):
        self.x, self.y, self.width, self.height = x, y, width, height

    @property
    def right(self):
        return self.x + self.width

    @property
    def bottom(self):
        return self.y + self.height


def legend_rows(sheet, series, width, most=2):
    """Lines of a legend below a plot; what finds no room is counted in the last one."""
    rows, x = [[]], 0
    for index, one in enumerate(series):
        name = sheet.fitted(one.name, width - 30, 11)
        needs = sheet.width(name, 11) + 34
        if x + needs > width and rows[-1]:
            if len(rows) == most:
                rows[-1].append((f"and {len(series) - index} more", None, x))
                return rows
            rows.append([])
            x = 0
        rows[-1].append((name, one.colour, x))
        x += needs
    return rows


def draw_legend_below(sheet, box, rows):
    """Takes its room from the box."""
    top = box.bottom - 17 * len(rows) + 7
    for line, row in enumerate(rows):
        for name, colour, x in row:
            if colour:
                sheet.bar(box.x + x, top + 17 * line - 1, 14, 3, colour)
            sheet.text(box.x + x + (19 if colour else 0), top + 17 * line, name, 11, DIM)
    box.height -= 17 * len(rows) + 4


def draw_legend_right(sheet, box, series):
    """A table of names with mean and greatest; takes its room from the box."""
    taken = min(box.width * 0.46, 350)
    x, number_width = box.right - taken + 12, 66
    sheet.text(box.right - number_width - 4, box.y + 4, "Mean", 10.5, DIM, across="right")
    sheet.text(box.right, box.y + 4, "Max", 10.5, DIM, across="right")
    room = int((box.height - 20) // 19)
    for index, one in enumerate(series[:room]):
        y = box.y + 24 + 19 * index
        sheet.bar(x, y - 1, 14, 3, one.colour)
        sheet.text(x + 19, y, one.name, 11, width=taken - 2 * number_width - 38)
        numbers = one.numbers
        if numbers:
            mean = sum(numbers) / len(numbers)
            sheet.text(box.right - number_width - 4, y, one.text(mean), 11, across="right")
            sheet.text(box.right, y, one.text(max(numbers)), 11, across="right")
    box.width -= taken


def draw_timeseries(sheet, box, panel, source):
    """Lines over time, stacked or not, with a second axis for what has another unit."""
    series = [one for one in series_of(panel, source) if one.points]
    if not series:
        return draw_nothing(sheet, box)
    custom = panel["fieldConfig"]["defaults"]["custom"]
    if panel["options"]["legend"]["placement"] == "right":
        draw_legend_right(sheet, box, series)
    else:
        draw_legend_below(sheet, box, legend_rows(sheet, series, box.width))
    left = [one for one in series if not one.on_right]
    right = [one for one in series if one.on_right]
    label = custom.get("axisLabel", "")
    before, after = 54 + (14 if label else 0), (64 if right else 8)
    plot = Box(box.x + before, box.y + 6, box.width - before - after, box.height - 28)
    if label:
        sheet.text(box.x + 5, plot.y + plot.height / 2, label, 10.5, DIM, across="center", rotation=90)
    axes = sheet.axes(plot.x, plot.y, plot.width, plot.height)
    axes.grid(axis="both", color=GRID, linewidth=0.6)
    axes.set_axisbelow(True)
    draw_lines(axes, left or right, custom, source.step)
    finish_axis(axes, left or right, plot.height)
    draw_thresholds(axes, panel, custom)
    if left and right:
        second = axes.twinx()
        for side in second.spines.values():
            side.set_visible(False)
        second.tick_params(colors=DIM, labelsize=10.5 * 0.72, length=0, pad=4)
        draw_lines(second, right, {"stacking": {"mode": "none"}, "fillOpacity": 0}, source.step)
        finish_axis(second, right, plot.height)
        if right[0].axis_label:
            middle = plot.y + plot.height / 2
            sheet.text(box.right - 3, middle, right[0].axis_label, 10.5, DIM, across="center", rotation=90)
    finish_time(axes, source, plot.width)


def draw_lines(axes, series, custom, step):
    """Series with gaps where there is no value."""
    opacity = custom.get("fillOpacity", 0) / 100
    stacked = custom["stacking"]["mode"] == "normal"
    times = sorted({moment for one in series for moment, _ in one.points})
    below = [0.0] * len(times)
    for one in series:
        values = dict(one.points)
        if stacked:
            above = [low + (values.get(moment) or 0) for moment, low in zip(times, below)]
            axes.fill_between(times, below, above, color=one.colour, alpha=opacity, linewidth=0)
            axes.plot(times, above, color=one.colour, linewidth=0.9)
            below = above
            continue
        moments, numbers = with_gaps(one.points, step)
        axes.plot(moments, numbers, color=one.colour, linewidth=1.0)
        if opacity:
            axes.fill_between(moments, 0, numbers, color=one.colour, alpha=opacity, linewidth=0)


def with_gaps(points, step):
    """Times and values; where a point is missing, one that is not a number."""
    moments, numbers = [], []
    for moment, value in points:
        if moments and moment - moments[-1] > 1.5 * step:
            moments.append(moments[-1] + step)
            numbers.append(math.nan)
        moments.append(moment)
        numbers.append(value if math.isfinite(value) else math.nan)
    return moments, numbers


def finish_axis(axes, series, height):
    """Bounds and words of a vertical axis."""
    _, top = axes.get_ylim()
    largest = max((abs(value) for one in series for value in one.numbers), default=0)
    top = series[0].largest or (top if largest else 1)
    axes.set_ylim(0, top)
    marks = max(2, int(height // 34))
    if series[0].unit == "bytes":
        axes.yaxis.set_major_locator(MultipleLocator(2 ** math.ceil(math.log2(top / marks))))
    else:
        whole = series[0].decimals == 0
        axes.yaxis.set_major_locator(MaxNLocator(marks, steps=[1, 2, 2.5, 5, 10], integer=whole))
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: series[0].text(value)))


def draw_thresholds(axes, panel, custom):
    """Dashed lines where a panel asks for them."""
    if custom.get("thresholdsStyle", {}).get("mode") != "dashed":
        return
    for step in panel["fieldConfig"]["defaults"]["thresholds"]["steps"]:
        if step["value"] is not None:
            axes.axhline(step["value"], color=COLOURS[step["color"]], linewidth=0.9, linestyle=(0, (5, 4)))


def finish_time(axes, source, width):
    """The axis of time, in UTC."""
    axes.set_xlim(source.start, source.end)
    span = source.end - source.start
    wanted = span / max(2, width // 95)
    steps = (10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10800, 21600, 43200, 86400)
    step = next((step for step in steps if step >= wanted), 86400)
    first = math.ceil(source.start / step) * step
    axes.set_xticks([first + index * step for index in range(int((source.end - first) // step) + 1)])
    form = "%H:%M:%S" if step < 60 else "%H:%M" if step < 86400 else "%m-%d"
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: time.strftime(form, time.gmtime(value))))


def draw_stat(sheet, box, panel, source):
    """One number, or one for each series, and how it came about."""
    series = [one for one in series_of(panel, source) if one.points]
    if not series:
        return draw_nothing(sheet, box)
    names = panel["options"]["textMode"] == "value_and_name"
    if panel["options"]["graphMode"] == "area":
        draw_sparkline(sheet, box, panel, series[0], source)
    for index, one in enumerate(series[:3]):
        across = box.x + box.width * (index + 0.5) / min(len(series), 3)
        colour = threshold_colour(one.last, panel)
        size = 40 if box.height > 200 else 30
        middle = box.y + box.height * (0.5 if names or panel["options"]["graphMode"] == "none" else 0.36)
        sheet.text(across, middle - (10 if names else 0), one.text(one.last), size, colour, "bold", "center", box.width)
        if names:
            sheet.text(across, middle + 20, one.name, 13, DIM, across="center", width=box.width)


def draw_sparkline(sheet, box, panel, one, source):
    """The way of a number, without axes."""
    height = box.height * 0.36
    axes = sheet.axes(box.x - 8, box.bottom - height + 6, box.width + 16, height)
    axes.axis("off")
    moments, numbers = with_gaps(one.points, source.step)
    colour = threshold_colour(one.last, panel)
    axes.plot(moments, numbers, color=colour, linewidth=0.9)
    axes.fill_between(moments, 0, numbers, color=colour, alpha=0.14, linewidth=0)
    axes.set_xlim(source.start, source.end)
    axes.set_ylim(0, 1.1 * (max(one.numbers, default=0) or 1))


def draw_bargauge(sheet, box, panel, source):
    """A bar for each series, on a track as long as the largest may be."""
    series = [one for one in series_of(panel, source) if one.points]
    if not series:
        return draw_nothing(sheet, box)
    most = panel["fieldConfig"]["defaults"].get("max") or max((one.last or 0) for one in series) or 1
    height = min(34, box.height / len(series))
    names = min(max(sheet.width(one.name, 11.5) for one in series) + 10, box.width * 0.42)
    track = box.width - names - 74
    for index, one in enumerate(series):
        y = box.y + index * height
        thick = min(18, height - 5)
        colour = threshold_colour(one.last, panel)
        sheet.text(box.x, y + height / 2, one.name, 11.5, width=names - 8)
        sheet.bar(box.x + names, y + (height - thick) / 2, track, thick, TRACK)
        share = min(1, (one.last or 0) / most)
        sheet.bar(box.x + names, y + (height - thick) / 2, max(2, track * share), thick, colour)
        sheet.text(box.right, y + height / 2, one.text(one.last), 11.5, colour, across="right")


def table_rows(panel, source):
    """Rows as mappings from field to text or number, those of several targets merged by their labels."""
    rows = {}
    several = len(panel["targets"]) > 1
    for target in panel["targets"]:
        field = f"Value #{target['refId']}" if several else "Value"
        for labels, points in source.ask(target):
            row = rows.setdefault(tuple(sorted(labels.items())), dict(labels))
            row[field] = points[-1][1]
    return list(rows.values())


def columns_of(panel, rows):
    """Fields in their order with their headings."""
    names, order, hidden = {}, {}, {}
    for change in panel.get("transformations", []):
        if change["id"] == "organize":
            names, order = change["options"]["renameByName"], change["options"]["indexByName"]
            hidden = change["options"]["excludeByName"]
    fields = {field for row in rows for field in row} - {field for field, hides in hidden.items() if hides}
    return [(field, names.get(field, field)) for field in sorted(fields, key=lambda name: order.get(name, 99))]


def cell_text(panel, heading, value):
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    settings = settings_of(panel, heading)
    return written(value, settings.get("unit", "short"), settings.get("decimals"))


def draw_table(sheet, box, panel, source):
    """As many rows as there is room for; the last line counts the others."""
    rows = table_rows(panel, source)
    if not rows:
        return draw_nothing(sheet, box)
    columns = columns_of(panel, rows)
    sort = panel["options"]["sortBy"][0]
    key = next((field for field, heading in columns if heading == sort["displayName"]), columns[-1][0])
    rows.sort(key=lambda row: row.get(key, -math.inf), reverse=sort["desc"])
    room = int((box.height - 24) // 24)
    shown = rows if len(rows) <= room else rows[: room - 1]
    widths = column_widths(sheet, box, panel, columns, shown)
    x = box.x
    for (field, heading), width in zip(columns, widths):
        is_number = field.startswith("Value")
        edge = x + width - 12 if is_number else x + 4
        across = "right" if is_number else "left"
        sheet.text(edge, box.y + 8, heading, 11.5, "#6e9fff", "bold", across, width - 12)
        for index, row in enumerate(shown):
            text = cell_text(panel, heading, row.get(field))
            sheet.text(edge, box.y + 36 + 24 * index, text, 11.5, across=across, width=width - 14)
        x += width
    for index in range(len(shown) + 1):
        sheet.bar(box.x, box.y + 23.5 + 24 * index, box.width, 1, GRID)
    if len(shown) < len(rows):
        sheet.text(box.x + 4, box.y + 36 + 24 * len(shown), f"and {len(rows) - len(shown)} more", 11.5, DIM)


def column_widths(sheet, box, panel, columns, rows):
    """Numbers get what they need; the rest is shared by the length of the texts."""
    needs = []
    for field, heading in columns:
        texts = [cell_text(panel, heading, row.get(field)) for row in rows] + [heading]
        needs.append(max(sheet.width(text, 11.5, "bold") for text in texts) + 26)
    spare = box.width - sum(needs)
    texts = sum(need for need, (field, _) in zip(needs, columns) if not field.startswith("Value")) or 1
    return [
        need if field.startswith("Value") else max(60, need + spare * need / texts)
        for need, (field, _) in zip(needs, columns)
    ]


def draw_nothing(sheet, box):
    sheet.text(box.x + box.width / 2, box.y + box.height / 2 - 6, "No data", 15, DIM, across="center")


DRAWING = {"timeseries": draw_timeseries, "stat": draw_stat, "bargauge": draw_bargauge, "table": draw_table}


def draw_panel(sheet, panel, y, source):
    """A panel at its place in the grid; `y` is the pixel of its upper edge."""
    grid = panel["gridPos"]
    x = MARGIN + grid["x"] * COLUMN
    width, height = grid["w"] * COLUMN - GAP, grid["h"] * CELL_HEIGHT - GAP
    sheet.box(x, y, width, height, PANEL, BORDER)
    sheet.text(x + 10, y + 16, panel["title"], 12.5, TEXT, width=width - 20)
    DRAWING[panel["type"]](sheet, Box(x + 10, y + 34, width - 20, height - 42), panel, source)


def draw_row(sheet, panel, y, is_open):
    """The heading of a row."""
    sheet.text(MARGIN + 4, y + 14, "▾" if is_open else "▸", 13, DIM)
    sheet.text(MARGIN + 22, y + 14, panel["title"], 14.5, TEXT, "bold")
    if not is_open:
        start = MARGIN + 30 + sheet.width(panel["title"], 14.5, "bold")
        sheet.text(start, y + 14, f"({len(panel['panels'])} panels)", 12, DIM)


def draw_header(sheet, dashboard, source):
    """Title, time, and the variables that people see."""
    sheet.text(MARGIN + 2, 22, dashboard["title"], 18, TEXT, "bold")
    start = MARGIN + 20 + sheet.width(dashboard["title"], 18, "bold")
    sheet.text(start, 23, dashboard.get("description", ""), 12.5, DIM)
    form = "%Y-%m-%d %H:%M:%S"
    start, end = (time.strftime(form, time.gmtime(moment)) for moment in (source.start, source.end))
    sheet.text(WIDTH - MARGIN, 22, f"{start} to {end} UTC", 12.5, DIM, across="right")
    x = MARGIN
    for variable in dashboard["templating"]["list"]:
        if variable["hide"] or variable["type"] == "datasource":
            continue
        width = sheet.width(variable["label"], 12) + 18
        sheet.box(x, 44, width, 26, TRACK, BORDER)
        sheet.text(x + 9, 57, variable["label"], 12, "#6e9fff")
        sheet.box(x + width, 44, 52, 26, CANVAS, BORDER)
        sheet.text(x + width + 9, 57, "All", 12)
        x += width + 64


def laid_out(dashboard, expands):
    """All that is drawn, with the grid line of its upper edge: rows, and panels of those that are open."""
    below = 0
    for panel in dashboard["panels"]:
        line = panel["gridPos"]["y"] + below
        if panel["type"] != "row":
            yield panel, line, True
            continue
        is_open = expands or not panel["collapsed"]
        yield panel, line, is_open
        if is_open and panel["panels"]:
            for inner in panel["panels"]:
                yield inner, inner["gridPos"]["y"] + below, True
            end = max(inner["gridPos"]["y"] + inner["gridPos"]["h"] for inner in panel["panels"])
            below += end - panel["gridPos"]["y"] - 1


def draw(dashboard, source, expands):
    """A dashboard as a sheet."""
    items = list(laid_out(dashboard, expands))
    lines = max(line + panel["gridPos"]["h"] for panel, line, _ in items)
    sheet = Sheet(HEADER + lines * CELL_HEIGHT + 8)
    draw_header(sheet, dashboard, source)
    for panel, line, is_open in items:
        y = HEADER + line * CELL_HEIGHT
        if panel["type"] == "row":
            draw_row(sheet, panel, y, is_open)
        else:
            draw_panel(sheet, panel, y, source)
    return sheet


def arguments():
    parser = argparse.ArgumentParser(description="Draw the dashboards as PNG files, from a running Prometheus.")
    parser.add_argument("--prometheus", required=True, metavar="URL", help="as http://127.0.0.1:9090")
    parser.add_argument("--output", required=True, type=pathlib.Path, metavar="DIR", help="made if it is not there")
    parser.add_argument("--range", default="5m", metavar="TIME", help="how far back from now: 5m, 1h")
    parser.add_argument("--rate-interval", default="15s", metavar="TIME", help="four scrape intervals or more")
    parser.add_argument("--expand", action="store_true", help="open collapsed rows")
    return parser.parse_args()


def main():
    chosen = arguments()
    values = {**queries.VALUES, "__range": chosen.range, "__rate_interval": chosen.rate_interval}
    chosen.output.mkdir(parents=True, exist_ok=True)
    for path in sorted(queries.DASHBOARDS.glob("*.json")):
        source = Prometheus(chosen.prometheus, seconds_of(chosen.range), values)
        picture = chosen.output / f"{path.stem}.png"
        draw(json.loads(path.read_text(encoding="utf-8")), source, chosen.expand).save(picture)
        print(f"{picture} {picture.stat().st_size // 1000} kB")


if __name__ == "__main__":
    main()

"""A ranking as a file to send or print: .xlsx, .csv, .json and .html, all from one `Report`. Values in, bytes out.

Touches no file, network or clock: the same report gives the same bytes. Whatever a person typed stays text in every
format. Heavy libraries are imported by the part that needs them.
"""

from pipeline.export.as_csv import csv
from pipeline.export.as_html import html
from pipeline.export.as_json import json
from pipeline.export.as_xlsx import xlsx
from pipeline.export.report import Report, about_one

FORMATS = {".xlsx": xlsx, ".csv": csv, ".json": json, ".html": html}

__all__ = ["FORMATS", "Report", "about_one", "csv", "html", "json", "xlsx"]

"""interview-pipeline: question bank to Google Form, scorecards to a ranked Google Sheet."""

__version__ = "0.1.0"

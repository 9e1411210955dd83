"""The form room: scorecard to form items, form to classified plan, form response to scorecard, personal links.

Pure: values in, values out. The only pure room that knows Forms' JSON; it reaches neither network nor clock nor file,
and leaves sending to the errands.
"""

from pipeline.form.changes import Change, FormPlan
from pipeline.form.designing import FormDesign, design, name_of_candidate
from pipeline.form.fields import Field, Join, offered
from pipeline.form.hints import lint
from pipeline.form.links import entry, link_parts, personal_link
from pipeline.form.meaning import questions_changed, weighing, weighing_changes
from pipeline.form.planning import plan, plan_candidates
from pipeline.form.reading import THEN_DELETE, near_match, read_response

__all__ = [
    "THEN_DELETE",
    "Change",
    "Field",
    "FormDesign",
    "FormPlan",
    "Join",
    "design",
    "entry",
    "link_parts",
    "lint",
    "name_of_candidate",
    "near_match",
    "offered",
    "personal_link",
    "plan",
    "plan_candidates",
    "questions_changed",
    "read_response",
    "weighing",
    "weighing_changes",
]

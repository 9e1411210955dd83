"""Forms are born: what `forms.create` takes, what it tells, and which other ways there are into the world and out."""

from __future__ import annotations

import pytest

from .conftest import refusal

FORM = "application/vnd.google-apps.form"
ONLY_TITLE = "Only info.title can be set when creating a form. To add items and change settings, use batchUpdate."


def test_a_new_form_is_unpublished_and_has_no_items(forms):
    """Since mid-2026 a form made by the API answers nobody until it is published."""
    form = forms.create(body={"info": {"title": "Technical", "documentTitle": "Backend: technical"}}).execute()
    assert form["info"] == {"title": "Technical", "documentTitle": "Backend: technical"}
    assert form["publishSettings"] == {"publishState": {}}
    assert "items" not in form
    assert form["settings"] == {"emailCollectionType": "DO_NOT_COLLECT"}
    assert form["responderUri"].endswith(f"/forms/d/e/{form['formId']}/viewform")
    assert form["revisionId"]


def test_the_unpublished_parameter_changes_nothing_any_more(forms):
    """`unpublished=false` is proto3's way of saying nothing."""
    form = forms.create(body={"info": {"title": "T"}}, unpublished=False).execute()
    assert form["publishSettings"] == {"publishState": {}}


@pytest.mark.parametrize(
    "body",
    [
        {"info": {"title": "T", "description": "more"}},
        {"info": {"title": "T"}, "items": [{"title": "Q", "textItem": {}}]},
        {"info": {"title": "T"}, "settings": {"emailCollectionType": "VERIFIED"}},
        {"info": {"title": "T"}, "publishSettings": {"publishState": {"isPublished": True}}},
    ],
)
def test_anything_but_a_title_is_refused_in_googles_words(forms, body):
    """Items and settings go through batchUpdate."""
    refused = refusal(forms.create(body=body))
    assert (refused.status_code, refused.reason) == (400, ONLY_TITLE)


@pytest.mark.parametrize("body", [{}, {"info": {}}, {"info": {"title": ""}}, {"info": {"title": "  "}}])
def test_a_form_needs_a_title(forms, body):
    """The message is Google's."""
    assert refusal(forms.create(body=body)).reason == "info.title was not provided"


def test_a_title_is_one_line(forms):
    """As every text that is displayed as a heading."""
    assert refusal(forms.create(body={"info": {"title": "a\nb"}})).reason == "Displayed text cannot contain newlines"


def test_a_form_born_in_drive_is_a_form(forms, drive):
    """With Drive's name as its document title, and unpublished."""
    file_id = drive.files().create(body={"name": "From Drive", "mimeType": FORM}).execute()["id"]
    form = forms.get(formId=file_id).execute()
    assert form["info"]["documentTitle"] == "From Drive"
    assert form["publishSettings"] == {"publishState": {}}


def test_a_form_born_in_forms_is_a_file(forms, drive):
    """Called by its document title."""
    form_id = forms.create(body={"info": {"title": "T", "documentTitle": "D"}}).execute()["formId"]
    assert drive.files().get(fileId=form_id).execute() == {
        "kind": "drive#file",
        "id": form_id,
        "name": "D",
        "mimeType": FORM,
    }


def test_a_copy_keeps_items_and_settings_and_starts_unpublished(forms, drive, form):
    """Ids of items and questions go along, so that the same join reads both."""
    form.add({"title": "Q", "questionItem": {"question": {"textQuestion": {}}}})
    form.publish()
    copied = drive.files().copy(fileId=form.id, body={"name": "Second"}).execute()
    twin = forms.get(formId=copied["id"]).execute()
    assert twin["items"] == form.get()["items"]
    assert twin["publishSettings"] == {"publishState": {}}
    assert twin["info"]["documentTitle"] == "Second"


def test_renaming_in_drive_changes_the_document_title_only(drive, form):
    """The title that responders see is the form's own."""
    drive.files().update(fileId=form.id, body={"name": "Renamed"}).execute()
    assert form.get()["info"] == {"title": "Form", "documentTitle": "Renamed"}


def test_a_form_in_the_trash_is_gone_until_it_is_taken_out(forms, drive, form):
    """Forms answers as if there had never been one."""
    drive.files().update(fileId=form.id, body={"trashed": True}).execute()
    assert refusal(forms.get(formId=form.id)).reason == "Requested entity was not found."
    drive.files().update(fileId=form.id, body={"trashed": False}).execute()
    assert form.get()["formId"] == form.id


def test_a_deleted_form_is_gone_with_its_responses(forms, drive, form):
    """And stays gone."""
    drive.files().delete(fileId=form.id).execute()
    for call in (forms.get(formId=form.id), forms.responses().list(formId=form.id)):
        assert refusal(call).status_code == 404


def test_watches_are_not_served_and_say_so(forms, form):
    """Loudly: 501, never an empty list."""
    refused = refusal(forms.watches().list(formId=form.id))
    assert (refused.status_code, "forms.forms.watches.list" in refused.reason) == (501, True)

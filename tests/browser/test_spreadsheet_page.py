"""The spreadsheet as a manager keeps it open, in a browser, against the running workspace."""

from __future__ import annotations

from typing import Any

import pytest
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.remote.webdriver import WebDriver

from .conftest import Api, Json, cell, press, saved, shown, sign_in, wait_for

pytestmark = pytest.mark.browser

RANKINGS = 101
HOSTILE = '<img src=x onerror="document.title=1"> & {{ 7*7 }}'


def area(top: int, bottom: int, left: int, right: int) -> Json:
    rows = {"startRowIndex": top, "endRowIndex": bottom}
    return {"sheetId": RANKINGS, **rows, "startColumnIndex": left, "endColumnIndex": right}


def repeat(where: Json, given: Json, fields: str = "userEnteredFormat") -> Json:
    return {"repeatCell": {"range": where, "cell": given, "fields": fields}}


def rankings(api: Api, *requests: Json, rows: list[list[Any]] | None = None) -> str:
    """A spreadsheet with the worksheet Rankings; gives its id."""
    grid = {"rowCount": 100, "columnCount": 12, "frozenRowCount": 1, "frozenColumnCount": 1}
    properties = {"sheetId": RANKINGS, "title": "Rankings", "index": 0, "gridProperties": grid}
    spreadsheet = api.create_spreadsheet("Hiring", {"addSheet": {"properties": properties}})
    api.write(spreadsheet, "Rankings!A1", rows or [["Candidate", "Score"], ["Ana Lima", 4.5], ["Ben Okafor", 3.25]])
    if requests:
        api.update(spreadsheet, *requests)
    return spreadsheet


def open_page(browser: WebDriver, workspace: Any, spreadsheet: str, query: str = "") -> None:
    sign_in(browser, workspace, f"/spreadsheets/d/{spreadsheet}/edit{query}")


def keys(browser: WebDriver, *pressed: str) -> None:
    ActionChains(browser).send_keys(*pressed).perform()


def color(browser: WebDriver, name: str) -> str:
    return str(cell(browser, name).value_of_css_property("background-color"))


# --- reading ---------------------------------------------------------------------------------------------------------


def test_worksheets_are_tabs_and_hidden_ones_are_not(browser: WebDriver, workspace: Any, api: Api) -> None:
    """Each worksheet has its tab; a hidden one has none; a tab leads to its cells."""
    spreadsheet = rankings(
        api,
        {"addSheet": {"properties": {"sheetId": 5, "title": "<b>Panel</b>"}}},
        {"addSheet": {"properties": {"sheetId": 6, "title": "Keys", "hidden": True}}},
    )
    api.write(spreadsheet, "'<b>Panel</b>'!A1", [["On the panel"]])

    open_page(browser, workspace, spreadsheet)

    assert [tab.text for tab in shown(browser, ".tabs a")] == ["Rankings", "Sheet1", "<b>Panel</b>"]
    browser.find_element(By.LINK_TEXT, "<b>Panel</b>").click()
    wait_for(browser, lambda: cell(browser, "A1").text == "On the panel")


def test_the_frozen_header_and_column_stay_when_scrolled(browser: WebDriver, workspace: Any, api: Api) -> None:
    """Far down and to the right, row 1 and column A are where they were."""
    rows = [[f"{column}{row}" for column in "ABCDEFGHIJKL"] for row in range(1, 90)]
    spreadsheet = rankings(api, rows=rows)
    open_page(browser, workspace, spreadsheet)
    head, side = cell(browser, "A1").rect, cell(browser, "A80").rect

    browser.execute_script("document.getElementById('scroll').scrollTo(400, 1000)")

    assert cell(browser, "A1").rect["y"] == head["y"]
    assert cell(browser, "A1").rect["x"] == head["x"]
    assert cell(browser, "A80").rect["x"] == side["x"]
    assert cell(browser, "A80").rect["y"] < side["y"]


def test_formats_show(browser: WebDriver, workspace: Any, api: Api) -> None:
    """Numbers by their format, bold, colours, alignment, widths and merged cells."""
    spreadsheet = rankings(
        api,
        repeat(area(1, 3, 1, 2), {"userEnteredFormat": {"numberFormat": {"type": "NUMBER", "pattern": "0.00"}}}),
        repeat(
            area(0, 1, 0, 2),
            {
                "userEnteredFormat": {
                    "textFormat": {"bold": True},
                    "backgroundColor": {"green": 1},
                    "horizontalAlignment": "CENTER",
                }
            },
        ),
        {"mergeCells": {"range": area(4, 6, 0, 3), "mergeType": "MERGE_ALL"}},
        repeat(
            area(0, 1, 1, 2), {"userEnteredFormat": {"textRotation": {"angle": 90}}}, "userEnteredFormat.textRotation"
        ),
        {
            "updateDimensionProperties": {
                "range": {"sheetId": RANKINGS, "dimension": "COLUMNS", "startIndex": 0, "endIndex": 1},
                "properties": {"pixelSize": 222},
                "fields": "pixelSize",
            }
        },
    )

    open_page(browser, workspace, spreadsheet)

    assert cell(browser, "B3").text == "3.25"
    assert cell(browser, "B2").text == "4.50"
    assert cell(browser, "B2").value_of_css_property("text-align") == "right"
    assert cell(browser, "A1").value_of_css_property("font-weight") == "700"
    assert cell(browser, "A1").value_of_css_property("text-align") == "center"
    assert color(browser, "A1") == "rgba(0, 255, 0, 1)"
    assert cell(browser, "A1").size["width"] == 222
    assert cell(browser, "A1").value_of_css_property("writing-mode") == "horizontal-tb"
    assert cell(browser, "B1").value_of_css_property("writing-mode") == "sideways-lr"
    assert cell(browser, "A5").get_attribute("colspan") == "3"
    assert browser.find_elements(By.ID, "cell-B5") == []


def test_color_scale_rules_and_banding_color_the_cells(browser: WebDriver, workspace: Any, api: Api) -> None:
    """A scale runs from its low to its high colour, a custom formula marks its rows, bands lie under both."""
    red, green = {"red": 1}, {"green": 1}
    blue = {"backgroundColor": {"blue": 1}}
    spreadsheet = rankings(
        api,
        {
            "addConditionalFormatRule": {
                "index": 0,
                "rule": {
                    "ranges": [area(1, 3, 1, 2)],
                    "gradientRule": {
                        "minpoint": {"type": "MIN", "color": red},
                        "maxpoint": {"type": "MAX", "color": green},
                    },
                },
            }
        },
        {
            "addConditionalFormatRule": {
                "index": 1,
                "rule": {
                    "ranges": [area(1, 3, 0, 1)],
                    "booleanRule": {
                        "condition": {"type": "CUSTOM_FORMULA", "values": [{"userEnteredValue": "=$B2<4"}]},
                        "format": blue,
                    },
                },
            }
        },
        {
            "addBanding": {
                "bandedRange": {
                    "range": area(0, 3, 0, 4),
                    "rowProperties": {
                        "firstBandColor": {"red": 1, "green": 1},
                        "secondBandColor": {"red": 1, "blue": 1},
                    },
                }
            }
        },
    )

    open_page(browser, workspace, spreadsheet)

    assert (color(browser, "B2"), color(browser, "B3")) == ("rgba(0, 255, 0, 1)", "rgba(255, 0, 0, 1)")
    assert color(browser, "A3") == "rgba(0, 0, 255, 1)"
    assert color(browser, "A2") == "rgba(255, 0, 255, 1)"
    assert color(browser, "C3") == "rgba(255, 255, 0, 1)"


def test_a_chart_draws_a_bar_for_each_candidate(browser: WebDriver, workspace: Any, api: Api) -> None:
    """The bars of a bar chart are as long as their values, and each tells its label and value."""

    def data(column: int) -> Json:
        return {"sourceRange": {"sources": [area(0, 3, column, column + 1)]}}

    basic = {"chartType": "BAR", "headerCount": 1, "domains": [{"domain": data(0)}], "series": [{"series": data(1)}]}
    place = {"overlayPosition": {"anchorCell": {"sheetId": RANKINGS, "rowIndex": 5, "columnIndex": 1}}}
    chart = {"spec": {"title": "Scores", "basicChart": basic}, "position": place}
    spreadsheet = rankings(api, {"addChart": {"chart": chart}})

    open_page(browser, workspace, spreadsheet)

    figure = browser.find_element(By.CSS_SELECTOR, "figure.chart")
    assert figure.find_element(By.TAG_NAME, "figcaption").text == "Scores"
    bars = figure.find_elements(By.TAG_NAME, "rect")
    told = [bar.find_element(By.TAG_NAME, "title").get_attribute("textContent") for bar in bars]
    assert told == ["Ana Lima: 4.5", "Ben Okafor: 3.25"]
    long, short = (float(bar.get_attribute("width") or 0) for bar in bars)
    assert long / short == pytest.approx(4.5 / 3.25, rel=0.01)
    assert figure.rect["y"] >= cell(browser, "B6").rect["y"]


def test_hostile_text_stays_text(browser: WebDriver, workspace: Any, api: Api) -> None:
    """Cells, notes, tabs, titles and drop-downs with HTML in them show it letter by letter."""
    offered = {"condition": {"type": "ONE_OF_LIST", "values": [{"userEnteredValue": HOSTILE}]}, "showCustomUi": True}
    spreadsheet = rankings(
        api,
        repeat(area(1, 2, 0, 1), {"note": HOSTILE}, "note"),
        {"setDataValidation": {"range": area(1, 2, 2, 3), "rule": offered}},
        {"updateSheetProperties": {"properties": {"sheetId": RANKINGS, "title": HOSTILE}, "fields": "title"}},
        {"updateSpreadsheetProperties": {"properties": {"title": HOSTILE}, "fields": "title"}},
        rows=[["Candidate"], [HOSTILE]],
    )

    open_page(browser, workspace, spreadsheet)

    assert cell(browser, "A2").text == HOSTILE
    assert browser.find_element(By.TAG_NAME, "h1").text == HOSTILE
    cell(browser, "A2").click()
    assert browser.find_element(By.ID, "note").text == HOSTILE
    cell(browser, "C2").click()
    keys(browser, Keys.ENTER)
    assert HOSTILE in browser.find_element(By.ID, "chooser").text
    assert browser.find_elements(By.CSS_SELECTOR, "table img") == []


def test_a_note_opens_on_the_selected_cell(browser: WebDriver, workspace: Any, api: Api) -> None:
    """Notes need no mouse: the arrow keys bring the cell, the note appears beside it."""
    spreadsheet = rankings(api, repeat(area(2, 3, 0, 1), {"note": "3.25 = 13 / 4"}, "note"))
    open_page(browser, workspace, spreadsheet)
    cell(browser, "A2").click()
    note = browser.find_element(By.ID, "note")
    assert not note.is_displayed()

    keys(browser, Keys.ARROW_DOWN)

    assert note.text == "3.25 = 13 / 4"
    assert cell(browser, "A3").get_attribute("aria-describedby") == "note"


def test_a_long_worksheet_comes_in_pages_of_rows(browser: WebDriver, workspace: Any, api: Api) -> None:
    """Of 5,000 rows 200 are drawn; the links under the grid walk through the rest, header and all."""
    spreadsheet = api.create_spreadsheet("Long")
    rows = [["Number"], *([number] for number in range(2, 5001))]
    size = {"sheetId": 0, "gridProperties": {"rowCount": 5000, "frozenRowCount": 1}}
    api.update(
        spreadsheet,
        {"updateSheetProperties": {"properties": size, "fields": "gridProperties(rowCount,frozenRowCount)"}},
    )
    api.write(spreadsheet, "A1", rows)

    open_page(browser, workspace, spreadsheet)
    assert len(browser.find_elements(By.CSS_SELECTOR, "tr[data-r]")) == 201
    browser.find_element(By.LINK_TEXT, "Last").click()

    wait_for(browser, lambda: cell(browser, "A5000").text == "5000")
    assert cell(browser, "A1").text == "Number"
    assert "of 5,000" in shown(browser, ".rows")[0].text


# --- changing --------------------------------------------------------------------------------------------------------


def test_a_cell_is_typed_into_and_formulas_follow(browser: WebDriver, workspace: Any, api: Api) -> None:
    """Typing over a number is stored as the API would store it, and a formula that uses it shows its new result."""
    spreadsheet = rankings(api, rows=[["Candidate", "Score"], ["Ana", 4], ["Ben", 2], ["Mean", "=AVERAGE(B2:B3)"]])
    open_page(browser, workspace, spreadsheet)
    assert cell(browser, "B4").text == "3"

    cell(browser, "B3").click()
    keys(browser, "5", Keys.ENTER)

    wait_for(browser, lambda: cell(browser, "B4").text == "4.5")
    saved(browser)
    assert browser.find_element(By.ID, "where").text == "B4"
    assert browser.find_element(By.ID, "formula").get_attribute("value") == "=AVERAGE(B2:B3)"
    assert api.values(spreadsheet, "Rankings!B3", "UNFORMATTED_VALUE") == [[5]]


def test_the_formula_bar_edits_the_formula(browser: WebDriver, workspace: Any, api: Api) -> None:
    """The bar shows what is in the cell, not what it comes to, and Enter there changes it."""
    spreadsheet = rankings(api, rows=[["a", 1], ["b", "=B1+1"]])
    open_page(browser, workspace, spreadsheet)
    cell(browser, "B2").click()
    bar = browser.find_element(By.ID, "formula")

    bar.clear()
    bar.send_keys("=B1*10", Keys.ENTER)

    wait_for(browser, lambda: cell(browser, "B2").text == "10")
    assert api.values(spreadsheet, "Rankings!B2", "FORMULA") == [["=B1*10"]]


def test_what_is_being_typed_survives_the_page_showing_an_earlier_change(
    browser: WebDriver, workspace: Any, api: Api
) -> None:
    """The page is drawn anew when a change is stored; whoever types on meanwhile goes on typing, and can still escape."""
    spreadsheet = rankings(api)
    open_page(browser, workspace, spreadsheet)
    cell(browser, "A2").click()
    keys(browser, "Anna", Keys.TAB, "9")

    saved(browser)

    assert browser.switch_to.active_element.get_attribute("id") == "editor"
    keys(browser, "5")
    assert browser.switch_to.active_element.get_attribute("value") == "95"
    keys(browser, Keys.ESCAPE)
    assert api.values(spreadsheet, "Rankings!A2:B2") == [["Anna", "4.5"]]


def test_f2_tab_and_escape(browser: WebDriver, workspace: Any, api: Api) -> None:
    """F2 edits what is there, Tab writes and goes right, Escape leaves the cell as it was."""
    spreadsheet = rankings(api)
    open_page(browser, workspace, spreadsheet)
    cell(browser, "A2").click()

    keys(browser, Keys.F2, " the first", Keys.TAB)
    keys(browser, "9", Keys.ESCAPE)

    saved(browser)
    assert api.values(spreadsheet, "Rankings!A2:B2") == [["Ana Lima the first", "4.5"]]
    assert browser.find_element(By.ID, "where").text == "B2"


def test_a_drop_down_offers_its_values(browser: WebDriver, workspace: Any, api: Api) -> None:
    """A cell with a list is chosen in, by keyboard too; what is chosen is stored."""
    values = [{"userEnteredValue": word} for word in ("Hire", "Hold", "Reject")]
    rule = {"condition": {"type": "ONE_OF_LIST", "values": values}, "strict": True, "showCustomUi": True}
    spreadsheet = rankings(api, {"setDataValidation": {"range": area(1, 3, 2, 3), "rule": rule}})
    open_page(browser, workspace, spreadsheet)
    cell(browser, "C2").click()

    keys(browser, Keys.ENTER)
    offered = browser.find_elements(By.CSS_SELECTOR, "#chooser option")
    assert [option.text for option in offered] == ["(empty)", "Hire", "Hold", "Reject"]
    keys(browser, Keys.ARROW_DOWN, Keys.ARROW_DOWN, Keys.ENTER)

    wait_for(browser, lambda: cell(browser, "C2").text == "Hold")
    assert api.values(spreadsheet, "Rankings!C2") == [["Hold"]]


def test_a_drop_down_of_a_range_offers_what_stands_there(browser: WebDriver, workspace: Any, api: Api) -> None:
    """The values come from the cells of the range, once each."""
    values = [{"userEnteredValue": "=Rankings!A2:A100"}]
    rule = {"condition": {"type": "ONE_OF_RANGE", "values": values}, "showCustomUi": True}
    spreadsheet = rankings(api, {"setDataValidation": {"range": area(1, 3, 2, 3), "rule": rule}})
    open_page(browser, workspace, spreadsheet)

    cell(browser, "C2").click()
    keys(browser, Keys.ENTER)

    offered = browser.find_elements(By.CSS_SELECTOR, "#chooser option")
    assert [option.text for option in offered] == ["(empty)", "Ana Lima", "Ben Okafor"]


def test_a_strict_rule_refuses_what_it_forbids(browser: WebDriver, workspace: Any, api: Api) -> None:
    """The old value stays, the person reads what the rule asks for; a program may write past it, as Google's API lets it."""
    condition = {"type": "NUMBER_GREATER_THAN_EQ", "values": [{"userEnteredValue": "0"}]}
    rule = {"condition": condition, "strict": True, "inputMessage": "A number from 0 up"}
    spreadsheet = rankings(api, {"setDataValidation": {"range": area(1, 3, 1, 2), "rule": rule}})
    open_page(browser, workspace, spreadsheet)

    for typed in ("-3", "many", "=0-1"):
        cell(browser, "B2").click()
        keys(browser, *typed, Keys.ENTER)
        wait_for(browser, lambda: "A number from 0 up" in browser.find_element(By.ID, "state").text)
        assert cell(browser, "B2").text == "4.5"
    keys(browser, Keys.ARROW_UP, "0", Keys.ENTER)
    saved(browser)

    assert api.values(spreadsheet, "Rankings!B2:B3") == [["0"], ["3.25"]]
    api.write(spreadsheet, "Rankings!B2", [[-3]])
    assert api.values(spreadsheet, "Rankings!B2") == [["-3"]]


def test_a_rule_that_is_not_strict_marks_what_it_forbids(browser: WebDriver, workspace: Any, api: Api) -> None:
    """It is stored all the same."""
    condition = {"type": "ONE_OF_LIST", "values": [{"userEnteredValue": word} for word in ("Hire", "Hold")]}
    rule = {"condition": condition, "inputMessage": "Choose one"}
    spreadsheet = rankings(api, {"setDataValidation": {"range": area(1, 3, 2, 3), "rule": rule}})
    open_page(browser, workspace, spreadsheet)

    cell(browser, "C2").click()
    keys(browser, *"Perhaps", Keys.ENTER)
    wait_for(browser, lambda: "invalid" in cell(browser, "C2").get_attribute("class"))
    cell(browser, "C2").click()

    assert browser.find_element(By.ID, "note").text == "Invalid: Choose one"
    assert "invalid" not in cell(browser, "C3").get_attribute("class")
    assert api.values(spreadsheet, "Rankings!C2") == [["Perhaps"]]


def test_a_tick_box_is_ticked_by_space_and_unticked_by_a_click(browser: WebDriver, workspace: Any, api: Api) -> None:
    """A cell with a yes-or-no rule shows a box and holds TRUE or FALSE."""
    rule = {"condition": {"type": "BOOLEAN"}, "showCustomUi": True}
    spreadsheet = rankings(api, {"setDataValidation": {"range": area(1, 2, 2, 3), "rule": rule}})
    open_page(browser, workspace, spreadsheet)
    assert cell(browser, "C2").text == "☐"
    cell(browser, "B2").click()

    keys(browser, Keys.ARROW_RIGHT, Keys.SPACE)

    wait_for(browser, lambda: cell(browser, "C2").text == "☑")
    assert api.values(spreadsheet, "Rankings!C2", "UNFORMATTED_VALUE") == [[True]]

    cell(browser, "C2").click()

    wait_for(browser, lambda: cell(browser, "C2").text == "☐")
    assert api.values(spreadsheet, "Rankings!C2", "UNFORMATTED_VALUE") == [[False]]


def test_a_block_of_cells_is_pasted(browser: WebDriver, workspace: Any, api: Api) -> None:
    """Lines and tabs of the clipboard become rows and columns, typed in as a person would."""
    spreadsheet = rankings(api)
    open_page(browser, workspace, spreadsheet)
    cell(browser, "A4").click()

    browser.execute_script(
        """const data = new DataTransfer(); data.setData("text/plain", "Chloé\\t3\\r\\nDev\\t=B4+1\\r\\n");
        document.dispatchEvent(new ClipboardEvent("paste", { clipboardData: data, bubbles: true }));"""
    )

    wait_for(browser, lambda: cell(browser, "B5").text == "4")
    assert api.values(spreadsheet, "Rankings!A4:B5") == [["Chloé", "3"], ["Dev", "4"]]


def test_deleting_empties_the_cell(browser: WebDriver, workspace: Any, api: Api) -> None:
    """The Delete key clears what is in the cell."""
    spreadsheet = rankings(api)
    open_page(browser, workspace, spreadsheet)
    cell(browser, "B3").click()

    keys(browser, Keys.DELETE)

    wait_for(browser, lambda: cell(browser, "B3").text == "")
    assert api.values(spreadsheet, "Rankings!A3:B3") == [["Ben Okafor"]]


def test_a_range_with_a_warning_asks_first(browser: WebDriver, workspace: Any, api: Api) -> None:
    """Leaving it changes nothing; changing it anyway writes."""
    lock = {"range": area(0, 100, 0, 2), "warningOnly": True, "description": "The program writes here."}
    spreadsheet = rankings(api, {"addProtectedRange": {"protectedRange": lock}})
    open_page(browser, workspace, spreadsheet)

    cell(browser, "B2").click()
    keys(browser, "1", Keys.ENTER)
    wait_for(browser, lambda: shown(browser, "#ask"))
    assert "The program writes here." in browser.find_element(By.ID, "ask-text").text
    press(browser, "Leave it")
    wait_for(browser, lambda: browser.find_element(By.ID, "state").text == "Not changed.")
    assert api.values(spreadsheet, "Rankings!B2") == [["4.5"]]

    cell(browser, "B2").click()
    keys(browser, "1", Keys.ENTER)
    wait_for(browser, lambda: shown(browser, "#ask"))
    press(browser, "Change it anyway")
    wait_for(browser, lambda: cell(browser, "B2").text == "1")
    assert api.values(spreadsheet, "Rankings!B2") == [["1"]]


def test_what_the_workspace_refuses_is_said_and_not_shown(browser: WebDriver, workspace: Any, api: Api) -> None:
    """A refused change is told in words, and the cell keeps what it has."""
    lock = {"range": area(0, 100, 0, 2), "description": "Locked by the owner."}
    spreadsheet = rankings(api, {"addProtectedRange": {"protectedRange": lock}})
    open_page(browser, workspace, spreadsheet)

    cell(browser, "B2").click()
    keys(browser, "1", Keys.ENTER)

    wait_for(browser, lambda: "Locked by the owner." in browser.find_element(By.ID, "state").text)
    assert cell(browser, "B2").text == "4.5"


def test_a_spreadsheet_can_be_read_on_a_phone(phone: WebDriver, workspace: Any, api: Api) -> None:
    """The page itself does not scroll sideways; the grid inside it does."""
    spreadsheet = rankings(api)

    open_page(phone, workspace, spreadsheet)

    assert phone.execute_script("return document.documentElement.scrollWidth") <= 360
    assert phone.execute_script("const s = document.getElementById('scroll'); return s.scrollWidth > s.clientWidth")


def test_a_refusal_can_be_read_on_a_phone(phone: WebDriver, workspace: Any, api: Api) -> None:
    """All of it, and neither the title nor the cell gives way to it."""
    rule = {
        "condition": {"type": "NUMBER_GREATER_THAN_EQ", "values": [{"userEnteredValue": "0"}]},
        "strict": True,
        "inputMessage": "A number from 0 up: how much this competency counts beside the others, whatever they sum to.",
    }
    spreadsheet = rankings(api, {"setDataValidation": {"range": area(1, 100, 1, 2), "rule": rule}})
    open_page(phone, workspace, spreadsheet)
    within = """const [inner, outer] = [...arguments].map((id) => document.getElementById(id).getBoundingClientRect());
        return inner.top >= outer.top && inner.bottom <= outer.bottom && inner.left >= outer.left && inner.right <= outer.right;"""
    drawn = len(phone.find_elements(By.CSS_SELECTOR, "tr[data-r]"))
    lowest = next(row for row in range(drawn, 1, -1) if phone.execute_script(within, f"cell-B{row}", "scroll"))

    cell(phone, f"B{lowest}").click()
    keys(phone, "-3", Keys.TAB)

    state = phone.find_element(By.ID, "state")
    wait_for(phone, lambda: state.text.endswith("whatever they sum to."))
    assert phone.execute_script("return document.documentElement.scrollWidth") <= 360
    assert 0 <= state.rect["x"] <= state.rect["x"] + state.rect["width"] <= 360
    title = phone.find_element(By.TAG_NAME, "h1")
    assert phone.execute_script("return arguments[0].scrollWidth <= arguments[0].clientWidth", title)
    assert phone.execute_script(within, f"cell-C{lowest}", "scroll")


def test_arrow_keys_keep_the_cell_in_view(browser: WebDriver, workspace: Any, api: Api) -> None:
    """Going far right and back, the selected cell never hides under the frozen column."""
    spreadsheet = rankings(api, rows=[[f"{column}1" for column in "ABCDEFGHIJKL"]])
    api.update(
        spreadsheet,
        {
            "updateDimensionProperties": {
                "range": {"sheetId": RANKINGS, "dimension": "COLUMNS", "startIndex": 0, "endIndex": 12},
                "properties": {"pixelSize": 300},
                "fields": "pixelSize",
            }
        },
    )
    open_page(browser, workspace, spreadsheet)
    cell(browser, "B2").click()

    for key in [Keys.ARROW_RIGHT] * 9 + [Keys.ARROW_LEFT] * 9:
        keys(browser, key)
        here = browser.find_element(By.CSS_SELECTOR, "td.here").rect
        edge = cell(browser, "A2").rect
        assert edge["x"] + edge["width"] <= here["x"] + 1
        assert here["x"] + here["width"] <= 1366


def test_what_a_drop_down_offers_is_entered_as_text(browser: WebDriver, workspace: Any, api: Api) -> None:
    """A candidate whose name looks like a formula is chosen as that name."""
    name = '=HYPERLINK("http://x","y")'
    rule = {
        "condition": {"type": "ONE_OF_RANGE", "values": [{"userEnteredValue": "=Rankings!A2:A9"}]},
        "showCustomUi": True,
    }
    spreadsheet = rankings(
        api, {"setDataValidation": {"range": area(1, 2, 2, 3), "rule": rule}}, rows=[["Candidate"], ["'" + name]]
    )
    open_page(browser, workspace, spreadsheet)
    cell(browser, "C2").click()

    keys(browser, Keys.ENTER, Keys.ARROW_DOWN, Keys.ENTER)

    wait_for(browser, lambda: cell(browser, "C2").text == name)
    assert api.values(spreadsheet, "Rankings!C2", "FORMULA") == [[name]]
    assert cell(browser, "C2").find_elements(By.TAG_NAME, "a") == []

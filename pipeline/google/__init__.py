"""The way to Google, or to a workspace that speaks its wire: dict in, dict out, errors as ours.

`forms`, `sheets` and `drive` hold one function a REST method, named as Google names it. All of them send through
`session` (one door: address, timeouts, `retry`, refusals in our words). `auth`, `consent` and `tokens` make the
credentials; `doctor` looks at everything and changes nothing.
"""

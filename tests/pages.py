"""What kind of page an answer is."""


def is_login(response) -> bool:
    """The login was drawn in the place of the page asked for."""
    drawn = {template.name for template in response.templates}
    return response.status_code == 200 and "account/login.html" in drawn

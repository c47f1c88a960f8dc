import pytest

from territory.api.language import preferred


@pytest.mark.parametrize("path", ["/", "/healthz", "/api/territories", "/nothing", "/openapi.json", "/check"])
def test_every_answer_says_what_a_browser_may_not_do(client, path):
    headers = client.get(path).headers
    assert headers["referrer-policy"] == "no-referrer"
    assert headers["x-content-type-options"] == "nosniff"
    assert "default-src" in headers["content-security-policy"]
    assert "server" not in headers
    assert "server-timing" in headers


@pytest.mark.parametrize("path", ["/", "/draw", "/check"])
def test_pages_say_what_they_may_use_of_a_phone_and_who_may_open_them(client, path):
    headers = client.get(path).headers
    assert "geolocation=(self)" in headers["permissions-policy"]
    assert headers["cross-origin-opener-policy"] == "same-origin"


def test_data_can_do_nothing_in_a_browser(client):
    assert client.get("/api/territories").headers["content-security-policy"].startswith("default-src 'none'")


def test_big_texts_travel_compressed(client):
    assert client.get("/openapi.json").headers["content-encoding"] == "gzip"


@pytest.mark.parametrize(
    ("header", "language"),
    [
        ("en", "en"),
        ("en-GB,es;q=0.5", "en"),
        ("es;q=0.2, en;q=0.1", "es"),
        ("fr, de", "es"),
        ("en;q=0", "es"),
        ("en;q=x", "es"),
        ("*", "es"),
        (",,;;=", "es"),
    ],
)
def test_the_best_liked_language_of_ours_is_taken(header, language):
    assert preferred(header, "es") == language


def test_the_url_decides_before_the_browser(client):
    answer = client.get("/api/nothing?lang=en", headers={"accept-language": "es"})
    assert answer.headers["content-language"] == "en"
    assert (
        client.get("/api/nothing?lang=xx", headers={"accept-language": "en"}).headers["content-language"] == "en"
    )

"""The values for Kubernetes, as Helm checks them: put over the chart's own, against the chart's schema."""

import json
from copy import deepcopy

import jsonschema
import pytest
import yaml
from jupyterhub.app import JupyterHub
from jupyterhub.auth import Authenticator
from jupyterhub.spawner import Spawner
from oauthenticator.github import GitHubOAuthenticator
from oauthenticator.oauth2 import OAuthenticator

from tests.support.servers import ROOT

CHART = json.loads((ROOT / "tests/hub/zero-to-jupyterhub-4.4.0.json").read_text("utf-8"))
FILES = ("hub/values.yaml", "hub/values-oauth.yaml")
# KubeSpawner's own options are not installed here: those that are used are every spawner's.
CLASSES = {each.__name__: each for each in (JupyterHub, Authenticator, GitHubOAuthenticator, OAuthenticator)}
CLASSES["KubeSpawner"] = Spawner


def put_over(below, above):
    """As Helm merges: mappings by their keys, everything else replaced; the result is a new mapping."""
    merged = deepcopy(below)
    for key, value in above.items():
        both = isinstance(value, dict) and isinstance(merged.get(key), dict)
        merged[key] = put_over(merged[key], value) if both else value
    return merged


def values(*files):
    merged = CHART["values"]
    for file in files:
        merged = put_over(merged, yaml.safe_load((ROOT / file).read_text("utf-8")))
    return merged


@pytest.mark.parametrize("files", [FILES[:1], FILES])
def test_the_chart_takes_them(files):
    jsonschema.validate(values(*files), CHART["schema"])


@pytest.mark.parametrize(
    "wrong",
    [
        {"singleuser": {"memory": {"guarantie": "1G"}}},
        {"singleuser": {"storage": {"type": "nothing"}}},
        {"cull": {"timeout": "an hour"}},
        {"hubs": {}},
    ],
)
def test_the_schema_refuses_what_is_wrong(wrong):
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(put_over(values(*FILES), wrong), CHART["schema"])


@pytest.mark.parametrize("files", [FILES[:1], FILES])
def test_each_setting_of_the_hub_is_one(files):
    """The schema lets everything pass there, and the hub would only warn."""
    for section, settings in values(*files)["hub"]["config"].items():
        assert settings.keys() <= CLASSES[section].class_traits(config=True).keys()


def test_who_logs_in_keeps_their_work_and_nobody_is_let_in_by_default():
    anonymous, named = values(FILES[0]), values(*FILES)
    assert (anonymous["singleuser"]["storage"]["type"], anonymous["cull"]["users"]) == ("none", True)
    assert (named["singleuser"]["storage"]["type"], named["cull"]["users"]) == ("dynamic", False)
    assert named["hub"]["config"]["Authenticator"] == {"allow_all": False, "allowed_users": [], "admin_users": []}
    secret = named["hub"]["extraEnv"]["OAUTH_CLIENT_SECRET"]
    assert secret == {"valueFrom": {"secretKeyRef": {"name": "oauth", "key": "secret"}}}

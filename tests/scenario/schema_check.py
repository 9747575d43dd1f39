# SPDX-License-Identifier: MIT
"""An independent validator takes every shipped scenario by the shipped JSON Schema."""
import glob
import json
import sys

import jsonschema
import yaml


def main():
    with open("scenarios/scenario.schema.json", encoding="utf-8") as file:
        validator = jsonschema.Draft7Validator(json.load(file))
    paths = sorted(glob.glob("scenarios/*/*.smc.yml"))
    failed = 0
    for path in paths:
        with open(path, encoding="utf-8") as file:
            for error in validator.iter_errors(yaml.safe_load(file)):
                failed += 1
                print(f"{path}: {error.message}")
    print(f"{len(paths)} files, {failed} errors")
    return 1 if failed or not paths else 0


if __name__ == "__main__":
    sys.exit(main())

# SPDX-License-Identifier: MIT
"""LLC v2 as the dumps beside the kernel's captures tell it: a reading that owes nothing to ours,
for the messages that tshark does not know.
"""
import re

_LINE = re.compile(r"^\s*(\d+) .* LLC (\w+?)_V2 (REQ|RESP) \(type \S+ len (\d+) .*?\)(.*)$")
_TYPES = {
    "CONFIRM_LINK": "confirm_link",
    "ADD_LINK": "add_link",
    "DELETE_LINK": "delete_link",
    "REQ_ADD_LINK": "request_add_link",
    "CONFIRM_RKEY": "confirm_rkey",
    "TEST_LINK": "test_link",
    "DELETE_RKEY": "delete_rkey",
}
# Keys of a dump's line by message type; values are hexadecimal unless the key is here.
_DECIMAL = {"link", "max_links", "max_conns", "mtu", "nrkeys", "n", "direct"}
_FIELDS = {
    "confirm_link": {
        "mac": "mac",
        "gid": "gid",
        "qp": "qpn",
        "link": "link_number",
        "uid": "link_user_id",
        "max_links": "max_links",
        "max_conns": "max_connections",
    },
    "add_link": {"mac": "mac", "gid": "gid", "qp": "qpn", "link": "link_number", "mtu": "mtu"},
    "delete_link": {"link": "link_number", "reason": "reason"},
    "confirm_rkey": {"nrkeys": "other_links", "rkey": "rkey", "va": "address"},
    "test_link": {"user_data": "user_data"},
    "delete_rkey": {"n": "rkey_count", "err": "invalid_rkeys"},
    "request_add_link": {},
}
_V2_PAIR = re.compile(r"\[rkey (\w+) -> new (\w+) va (\w+)\]")
_LINK_PAIR = re.compile(r"\[link (\d+) rkey (\w+) va (\w+)\]")


def messages(path):
    """[(frame, type, response, length, rest of the line)] of a dump's LLC v2 lines."""
    found = []
    with open(path, encoding="utf-8") as file:
        for line in file:
            match = _LINE.match(line)
            if match:
                frame, kind, way, length, rest = match.groups()
                found.append((int(frame), _TYPES[kind], way == "RESP", int(length), rest))
    return found


def _plain(value):
    """A value of ours as a dump writes it."""
    if isinstance(value, bool):
        return str(int(value))
    return str(value)


def _same(key, text, value):
    if isinstance(value, str) and ":" in value:
        return text == value
    if isinstance(value, str):
        return int(text, 16) == int(value, 16)
    return int(text, 10 if key in _DECIMAL else 16) == int(value)


def _pairs(kind, fields, rest):
    """Keys that are listed: (what the dump says, what we say)."""
    if kind == "add_link":
        pairs = fields.get("v2_extension", {}).get("rkeys", [])
        names = ("reference_rkey", "new_rkey", "new_address")
        return _V2_PAIR.findall(rest), [tuple(p[n][2:] for n in names) for p in pairs]
    if kind == "confirm_rkey":
        used = [o for o in fields["others"] if o["link_number"]]
        ours = [(_plain(o["link_number"]), o["rkey"][2:], o["address"][2:]) for o in used]
        return _LINK_PAIR.findall(rest), ours
    if kind == "delete_rkey" and "rkeys" in fields:
        listed = re.search(r"rkeys=(\S+)", rest).group(1).split(",")
        return listed, [key[2:] for key in fields["rkeys"]]
    return [], []


def _flags(kind, fields):
    """The words that a dump writes for the flags that are set."""
    words = {
        "delete_link": {"all": "ALL", "orderly": "ORDERLY"},
        "add_link": {"rejected": "REJECT"},
        "confirm_rkey": {"negative": "NEG", "retry": "RETRY"},
    }.get(kind, {})
    return {word for name, word in words.items() if fields[name]}, set(words.values())


def disagreements(ours, theirs):
    """What differs between one of our messages and a dump's line."""
    _, kind, response, length, rest = theirs
    fields, found = ours["fields"], []
    if ours["response"] != response:
        found.append(f"response: dump {response}, ours {ours['response']}")
    if fields["length"] != length:
        found.append(f"length: dump {length}, ours {fields['length']}")
    told = dict(re.findall(r"(\w+)=([^\s(\]]+)", rest.split("[")[0]))
    for key, name in _FIELDS[kind].items():
        if not _same(key, told[key], fields[name]):
            found.append(f"{name}: dump {told[key]}, ours {fields[name]}")
    if kind == "add_link" and "v2_extension" in fields:
        for key, name in (("direct", "direct"), ("clnt_tgt_gid", "client_target_gid")):
            if not _same(key, told[key], fields["v2_extension"][name]):
                found.append(f"{name}: dump {told[key]}, ours {fields['v2_extension'][name]}")
    listed, ours_listed = _pairs(kind, fields, rest)
    if listed != ours_listed:
        found.append(f"keys: dump {listed}, ours {ours_listed}")
    ours_words, possible = _flags(kind, fields)
    if ours_words != possible & set(rest.split()):
        found.append(f"flags: ours {ours_words}, dump {rest}")
    return found

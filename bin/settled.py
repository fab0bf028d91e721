"""Settings as the documentation shows them, held against a program."""

import json
import re
import subprocess
import tomllib

# What a snippet leaves to others: what the program asks for beside it, where nothing is said of it.
BESIDE = {
    "oidc.issuer": {"oidc.client_id": "redress", "oidc.admin_if": "groups=x"},
    "email": {"email.host": "mail.isp.example", "email.from": "desk@isp.example"},
    "whatsapp": {"whatsapp.phone_number_id": "1", "whatsapp.access_token": "t", "whatsapp.app_secret": "s",
                 "whatsapp.verify_token": "v", "whatsapp.template.created": "a", "whatsapp.template.fixed": "a"},
    "webhook": {"webhook.url": "https://billing.isp.example/redress", "webhook.secret": "a-secret-of-the-webhook"},
    "sms.http": {"sms.gateway": "http", "sms.sender": "LARKFIELD", "sms.http.password": "p",
                 "sms.http.url": "https://sms.example.net/send?to={to}&text={text}&x={password}"},
    "tls.cert": {"public_url": "https://desk.isp.example"},
    "database_replica_url": {"database_url": "postgres://redress@db.example/redress"},
}


def are_settings(block):
    if block.info not in ("", "toml"):
        return False
    if not re.match(r"(?:#.*\n|\n)*(?:\[[a-z.]+\]|[a-z0-9_.]+ = )", block.text):
        return False
    try:
        tomllib.loads(block.text)
    except tomllib.TOMLDecodeError:
        return False
    return True


def flat(table, before=""):
    for name, value in table.items():
        if isinstance(value, dict):
            yield from flat(value, f"{before}{name}.")
        else:
            yield f"{before}{name}", value


def written(value):
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, list):
        return f"[{', '.join(map(written, value))}]"
    # A text of JSON is one of TOML.
    return json.dumps(value, ensure_ascii=False)


class Settings:
    """The settings that a program has."""

    def __init__(self, program, work):
        self.program, self.work, self.seen = program, work, 0
        (work / "none.toml").write_text("")
        self.names = set(re.findall(r"^([a-z0-9_.]+) = ", self.shown("none.toml").stdout, re.M))
        self.tables = {name.rpartition(".")[0] for name in self.names} - {""} | {"whatsapp", "sms"}
        for name in ("cert.pem", "key.pem"):
            if not (work / name).exists():
                make = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "30",
                        "-subj", "/CN=localhost", "-keyout", work / "key.pem", "-out", work / "cert.pem"]
                subprocess.run(make, check=True, stderr=subprocess.DEVNULL)
                (work / "key.pem").chmod(0o600)

    def shown(self, file):
        command = [self.program, "--config", file, "config", "check"]
        return subprocess.run(command, cwd=self.work, capture_output=True, text=True)

    def check(self, block):
        """What is wrong with a block of settings: each has to be there, and all together to be accepted."""
        table = block.marked("in")
        settings = {f"{table}.{name}" if table else name: value for name, value in flat(tomllib.loads(block.text))}
        self.seen += len(settings)
        for name in settings.keys() - self.names:
            yield f"there is no setting {name}"
        for name, value in settings.items():
            if isinstance(value, str):
                settings[name] = self.real(name, value)
        for begins, others in BESIDE.items():
            named = any(name.startswith(begins) or (name.startswith("notify.") and begins in str(value))
                        for name, value in settings.items())
            if named:
                settings = {**{name: value for name, value in others.items() if name not in settings}, **settings}
        if "oidc.issuer" in settings and "oidc.client_secret_file" not in settings:
            settings.setdefault("oidc.client_secret", "a-secret-of-the-provider")
        file = self.work / "block.toml"
        file.write_text("".join(f"{name} = {written(value)}\n" for name, value in settings.items()))
        file.chmod(0o600)
        done = self.shown(file)
        if done.returncode:
            yield f"is not accepted: {done.stderr.strip()}"

    def real(self, name, value):
        if re.fullmatch("…+", value):
            return "a-secret-for-this-check" if name != "sms.smpp.password" else "secret"
        value = value.replace("…", "1")
        if name in ("tls.cert", "email.ca_file"):
            return str(self.work / "cert.pem")
        if name == "tls.key":
            return str(self.work / "key.pem")
        if name == "oidc.client_secret_file":
            (self.work / "secret").write_text("a-secret-of-the-provider")
            (self.work / "secret").chmod(0o600)
            return str(self.work / "secret")
        if name in ("backup.dir", "tls.acme_webroot"):
            return str(self.work)
        if name == "backup.recipient":
            made = subprocess.run(["age-keygen"], check=True, capture_output=True, text=True).stdout
            return re.search(r"age1\w+", made)[0]
        return value

    def span(self, text):
        """A setting named within a sentence that there is not."""
        name = text.partition(" = ")[0]
        if re.fullmatch(r"[a-z_]+(?:\.[a-z0-9_]+)+", name) and not name.endswith((".rs", ".toml", ".sql")):
            self.seen += 1
            table = name.rpartition(".")[0]
            if table in self.tables and name not in self.names | self.tables:
                yield f"there is no setting {name}"

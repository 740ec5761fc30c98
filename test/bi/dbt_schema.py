# The schema.yml of ph.dbt_schema parses, and says of views and columns what the server says.
#     python3 dbt_schema.py SCHEMA.YML EXPECTED
import sys
import yaml

schema = yaml.safe_load(open(sys.argv[1]))
tables = schema["sources"][0]["tables"]
said = {(t["name"], c["name"]): c["description"] for t in tables for c in t["columns"]}
server = dict(((view, column), comment) for what, view, column, _, comment in
              (line.rstrip("\n").split("\t") for line in open(sys.argv[2]) if line.startswith("column\t")))
assert schema["version"] == 2 and said == server, set(said.items()) ^ set(server.items())
tests = sum(len(c.get("tests", [])) for t in tables for c in t["columns"])
print(f"{len(tables)} tables, {len(said)} columns, {tests} tests")

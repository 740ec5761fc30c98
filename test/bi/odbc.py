# ODBC: the catalogue by SQLTables and SQLColumns, rows with parameters.
import datetime
import os
import pyodbc

kinds = {pyodbc.SQL_FLOAT: "number", pyodbc.SQL_WVARCHAR: "text", pyodbc.SQL_WLONGVARCHAR: "text",
         pyodbc.SQL_TYPE_DATE: "date", pyodbc.SQL_BIT: "boolean", pyodbc.SQL_TYPE_TIMESTAMP: "time"}


def text(value):
    match value:
        case None: return "null"
        case bool(): return str(value).lower()
        case float(): return f"{value:.6f}"
        case datetime.date() | str(): return str(value)
        case _: return f"not expected: {type(value).__name__}"


connection = pyodbc.connect("DSN=population_health;PWD=" + os.environ["PGPASSWORD"])
views = [t.table_name for t in connection.cursor().tables(schema="health", tableType="VIEW")
         if t.table_name.startswith("measure_") or t.table_name == "goal_value"]
for view in sorted(views):
    # the driver leaves remarks empty
    comments = dict(connection.execute(
        "select attname, col_description(attrelid, attnum) from pg_attribute where attrelid = ?::regclass",
        "health." + view).fetchall())
    for column in connection.cursor().columns(schema="health", table=view):
        kind = kinds.get(column.data_type, f"unknown type {column.data_type} {column.type_name}")
        print("column", view, column.column_name, kind, comments[column.column_name], sep="\t")
answer = connection.execute(
    """select period, place_name, value, lower, upper, people, provisional, before_verdict
    from health.measure_value
    where measure = ? and level = ? and period_kind = ? and period = ?
    order by place_id collate "C" """,
    "emergency_admissions", "place", "financial_year", datetime.date(2022, 4, 1))
for row in answer:
    print("row", *map(text, row), sep="\t")

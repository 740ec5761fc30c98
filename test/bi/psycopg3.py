# psycopg: the catalogue by query, types as the driver knows them, rows with parameters.
import datetime
import psycopg

kinds = {"float8": "number", "text": "text", "date": "date", "bool": "boolean", "timestamptz": "time"}


def text(value):
    match value:
        case None: return "null"
        case bool(): return str(value).lower()
        case float(): return f"{value:.6f}"
        case datetime.date() | str(): return str(value)
        case _: return f"not expected: {type(value).__name__}"


with psycopg.connect("") as connection:
    types = {}
    views = connection.execute(
        """select table_name from information_schema.views
        where table_schema = %s and (table_name like 'measure\\_%%' or table_name = 'goal_value')
        order by table_name collate "C" """, ["health"]).fetchall()
    for (view,) in views:
        comments = [comment for (comment,) in connection.execute(
            """select col_description(attrelid, attnum) from pg_attribute
            where attrelid = %s::regclass and attnum > 0 order by attnum""", ["health." + view])]
        described = connection.execute(f"select * from health.{view} limit 0").description
        for column, comment in zip(described, comments, strict=True):
            name = connection.adapters.types.get(column.type_code).name
            print("column", view, column.name, kinds.get(name, "unknown type " + name), comment, sep="\t")
    answer = connection.execute(
        """select period, place_name, value, lower, upper, people, provisional, before_verdict
        from health.measure_value
        where measure = %s and level = %s and period_kind = %s and period = %s
        order by place_id collate "C" """,
        ["emergency_admissions", "place", "financial_year", datetime.date(2022, 4, 1)])
    for row in answer:
        print("row", *map(text, row), sep="\t")

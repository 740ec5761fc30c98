# LibreOffice Calc makes the dashboard of emergency admissions from the views: a data source, four queries into sheets,
# four charts, a PDF. Says how many numbers came.
#     python3 libreoffice.py DATA_SOURCE_URL FOLDER
import datetime
import os
import subprocess
import sys
import time
import uno
from com.sun.star.awt import Rectangle
from com.sun.star.beans import PropertyValue
from com.sun.star.table.CellContentType import EMPTY, TEXT, VALUE

url, folder = sys.argv[1:]
COMMAND = 2  # com.sun.star.sdb.CommandType
TYPES = {"date": {91}, "text": {12, -1}, "number": {6, 8}, "flag": {16, -7}, "time": {93}}  # com.sun.star.sdbc.DataType
of_places = "measure = 'emergency_admissions' and level = 'place' and place_id <> 'unknown' and "
of_system = "measure = 'emergency_admissions' and level = 'system' and place_id <> 'unknown' and "
latest = "period_kind = 'financial_year' and period = date '2024-04-01'"

# what is drawn, how, the query, the types of its columns
pictures = [
    ("Places, 2024/25, with 95 % limits", "Stock", f"""
        select place_name, lower, upper, value from health.measure_value
        where {of_places + latest} order by value""", "tnnn"),
    ("Months of the system: admissions over expected ones", "Line", f"""
        select period, chart_value, mean, lower_limit, upper_limit from health.measure_trend
        where {of_system} period_kind = 'month' order by period""", "dnnnn"),
    ("Funnel of places, 2024/25", "XY", f"""
        select size, value, baseline, lower_95, upper_95, lower_998, upper_998 from health.measure_funnel
        where {of_places + latest} order by size""", "nnnnnnn"),
    ("Slope index of inequality of the system", "Stock", f"""
        select period_name, slope_lower, slope_upper, slope from health.measure_inequality
        where {of_system} period_kind = 'financial_year' and slope is not null order by period""", "tnnn"),
]


def properties(**named):
    return tuple(PropertyValue(name, 0, value, 0) for name, value in named.items())


def start_office():
    pipe = f"population_health_{os.getpid()}"
    office = subprocess.Popen(
        ["soffice", "--headless", "--norestore", "--nologo", f"-env:UserInstallation=file://{folder}/profile",
         f"--accept=pipe,name={pipe};urp"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    local = uno.getComponentContext()
    resolver = local.ServiceManager.createInstanceWithContext("com.sun.star.bridge.UnoUrlResolver", local)
    for attempt in range(120):
        try:
            return office, resolver.resolve(f"uno:pipe,name={pipe};urp;StarOffice.ComponentContext")
        except Exception:
            time.sleep(0.5)
    raise SystemExit("LibreOffice did not start")


def register_source(service):
    context = service("com.sun.star.sdb.DatabaseContext")
    source = context.createInstance()
    source.URL, source.User, source.Password = url, os.environ["PGUSER"], os.environ["PGPASSWORD"]
    source.IsPasswordRequired = False
    source.DatabaseDocument.storeAsURL(f"file://{folder}/population_health.odb", ())
    context.registerObject("population_health", source)
    return source


def unknown_types(source):
    """Columns of the views whose type is none of date, text, number, flag and time, as the driver's catalogue says."""
    columns = source.getConnection(os.environ["PGUSER"], os.environ["PGPASSWORD"]).getMetaData().getColumns(
        None, "health", "measure_%", "%")
    while columns.next():
        view, column, kind = (columns.getString(i) for i in (3, 4, 5))
        if view in ("measure_value", "measure_breakdown", "measure_trend", "measure_funnel", "measure_inequality") \
                and not any(int(kind) in kinds for kinds in TYPES.values()):
            yield f"{view}.{column}: {kind}"


def import_query(service, sheet, query):
    """The rows of a query into the cells of a sheet, as a data source gives them: a date stays one."""
    rows = service("com.sun.star.sdb.RowSet")
    rows.DataSourceName, rows.Command, rows.CommandType = "population_health", " ".join(query.split()), COMMAND
    rows.EscapeProcessing = False
    rows.execute()
    columns = rows.getMetaData()
    for i in range(columns.getColumnCount()):
        sheet.getCellByPosition(i, 0).String = columns.getColumnLabel(i + 1)
    while rows.next():
        for i in range(columns.getColumnCount()):
            cell, kind = sheet.getCellByPosition(i, rows.getRow()), columns.getColumnType(i + 1)
            if kind in TYPES["text"]:
                cell.String = rows.getString(i + 1)
                continue
            if kind in TYPES["date"]:
                day = rows.getDate(i + 1)
                number = (datetime.date(day.Year, day.Month, day.Day) - datetime.date(1899, 12, 30)).days
                cell.NumberFormat = 36  # a date in the language of the document
            else:
                number = rows.getDouble(i + 1)
            if not rows.wasNull():
                cell.Value = number
    return rows.RowCount


def wrong_cells(sheet, rows, types):
    for row in range(1, rows + 1):
        for column, kind in enumerate(types):
            cell = sheet.getCellByPosition(column, row)
            if cell.getError() or cell.Type not in ((TEXT,) if kind == "t" else (VALUE, EMPTY)):
                yield f"{sheet.Name} row {row} column {column}: {cell.String!r}"


def draw(dashboard, sheet, rows, types, title, kind, place):
    corner = Rectangle(600 + 14200 * (place % 2), 1600 + 9400 * (place // 2), 13800, 9000)
    cells = sheet.getCellRangeByPosition(0, 0, len(types) - 1, rows).RangeAddress
    dashboard.Charts.addNewByName(sheet.Name, corner, (cells,), True, kind != "XY")
    chart = dashboard.Charts.getByName(sheet.Name).EmbeddedObject
    chart.Diagram = chart.createInstance(f"com.sun.star.chart.{kind}Diagram")
    chart.Diagram.DataRowSource = uno.Enum("com.sun.star.chart.ChartDataRowSource", "COLUMNS")
    chart.HasLegend = len(types) > 4  # of one value with its limits there is nothing to tell apart
    chart.HasMainTitle, chart.Title.String, chart.Title.CharHeight = True, title, 11
    if kind == "XY":
        chart.Diagram.Lines = True
        points = chart.Diagram.getDataRowProperties(1)  # the first row of data after that of the sizes
        points.LineStyle, points.SymbolType = uno.Enum("com.sun.star.drawing.LineStyle", "NONE"), 1
        for limit in range(2, len(types)):
            chart.Diagram.getDataRowProperties(limit).SymbolType = -3


def on_one_page(document, dashboard):
    style = document.StyleFamilies.getByName("PageStyles").getByName(dashboard.PageStyle)
    style.IsLandscape, style.Width, style.Height = True, 29700, 21000
    style.HeaderIsOn = style.FooterIsOn = False
    style.ScaleToPages = 1
    dashboard.setPrintAreas((dashboard.getCellRangeByName("A1:M46").RangeAddress,))


office, context = start_office()


def service(name):
    return context.ServiceManager.createInstanceWithContext(name, context)


desktop = service("com.sun.star.frame.Desktop")
try:
    source = register_source(service)
    wrong = list(unknown_types(source))
    document = desktop.loadComponentFromURL("private:factory/scalc", "_blank", 0, properties(Hidden=True))
    dashboard = document.Sheets.getByIndex(0)
    heading = dashboard.getCellByPosition(0, 0)
    heading.CharHeight = 16
    heading.String = "Emergency admissions per 100,000 person-years, standardised for age"
    numbers = 0
    for place, (title, kind, query, types) in enumerate(pictures):
        document.Sheets.insertNewByName(f"data {place + 1}", place + 1)
        sheet = document.Sheets.getByIndex(place + 1)
        rows = import_query(service, sheet, query)
        wrong += wrong_cells(sheet, rows, types) if rows else [f"no rows: {title}"]
        numbers += rows * types.count("n")
        draw(dashboard, sheet, rows, types, title, kind, place)
    on_one_page(document, dashboard)
    first_page = uno.Any("[]com.sun.star.beans.PropertyValue", properties(PageRange="1"))
    document.storeToURL(
        f"file://{folder}/libreoffice.pdf", properties(FilterName="calc_pdf_Export", FilterData=first_page))
    document.storeToURL(f"file://{folder}/libreoffice.ods", ())
    if wrong:
        raise SystemExit("\n".join(wrong))
    print(f"{len(pictures)} charts of {numbers} numbers")
finally:
    try:
        desktop.terminate()
    except Exception:
        pass
    office.wait(60)

# R's RPostgreSQL: the catalogue by query, types as the driver knows them, rows with parameters.
suppressMessages(library(RPostgreSQL))
is <- Sys.getenv(c("PGHOST", "PGPORT", "PGDATABASE", "PGUSER", "PGPASSWORD"))
connection <- dbConnect(PostgreSQL(), host = is[[1]], port = as.integer(is[[2]]), dbname = is[[3]], user = is[[4]],
	password = is[[5]])
kinds <- c(float8 = "number", text = "text", date = "date", bool = "boolean", timestamptzoid = "time")
say <- function(...) cat(..., sep = "\t", fill = FALSE)
text <- function(value) switch(class(value)[1],
	numeric = sprintf("%.6f", value), logical = tolower(as.character(value)), Date = as.character(value),
	character = ifelse(is.na(value), "null", value), paste("not expected:", class(value)[1]))

columns <- dbGetQuery(connection, "select table_name, column_name,
		col_description(format('%I.%I', table_schema, table_name)::regclass, ordinal_position::integer) as comment
	from information_schema.columns
	join information_schema.views using (table_schema, table_name)
	where table_schema = $1 and (table_name like 'measure\\_%' or table_name = 'goal_value')
	order by table_name collate \"C\", ordinal_position", "health")
for (view in unique(columns$table_name)) {
	query <- dbSendQuery(connection, sprintf("select * from health.%s limit 0", view))
	types <- tolower(dbColumnInfo(query)$type)
	dbClearResult(query)
	known <- kinds[types]
	shown <- columns[columns$table_name == view, ]
	writeLines(paste("column", view, shown$column_name, ifelse(is.na(known), paste("unknown type", types), known),
		shown$comment, sep = "\t"))
}
answer <- dbGetQuery(connection, "select period, place_name, value, lower, upper, people, provisional, before_verdict
	from health.measure_value
	where measure = $1 and level = $2 and period_kind = $3 and period = $4::date
	order by place_id collate \"C\"", c("emergency_admissions", "place", "financial_year", "2022-04-01"))
writeLines(do.call(paste, c("row", lapply(answer, text), sep = "\t")))
invisible(dbDisconnect(connection))

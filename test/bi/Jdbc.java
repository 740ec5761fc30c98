// JDBC: the catalogue by DatabaseMetaData, rows with parameters.
import java.sql.*;
import java.util.*;

class Jdbc {
	static String kind(int type, String name) {
		switch (type) {
			case Types.DOUBLE: return "number";
			case Types.VARCHAR: return "text";
			case Types.DATE: return "date";
			case Types.BIT: case Types.BOOLEAN: return "boolean";
			case Types.TIMESTAMP: case Types.TIMESTAMP_WITH_TIMEZONE: return "time";
			default: return "unknown type " + name;
		}
	}

	static String text(Object value) {
		if (value instanceof Double) return String.format(Locale.ROOT, "%.6f", value);
		if (value == null || value instanceof String || value instanceof java.sql.Date || value instanceof Boolean)
			return String.valueOf(value);
		return "not expected: " + value.getClass().getName();
	}

	public static void main(String[] arguments) throws SQLException {
		Map<String, String> is = System.getenv();
		String url = String.format("jdbc:postgresql://%s:%s/%s", is.get("PGHOST"), is.get("PGPORT"),
			is.get("PGDATABASE"));
		try (Connection connection = DriverManager.getConnection(url, is.get("PGUSER"), is.get("PGPASSWORD"))) {
			DatabaseMetaData catalogue = connection.getMetaData();
			TreeSet<String> views = new TreeSet<>();
			ResultSet tables = catalogue.getTables(null, "health", "%", new String[] {"VIEW"});
			while (tables.next())
				views.add(tables.getString("TABLE_NAME"));
			for (String view : views) {
				if (!view.startsWith("measure_") && !view.equals("goal_value"))
					continue;
				ResultSet columns = catalogue.getColumns(null, "health", view, "%");
				while (columns.next())
					System.out.println(String.join("\t", "column", view, columns.getString("COLUMN_NAME"),
						kind(columns.getInt("DATA_TYPE"), columns.getString("TYPE_NAME")),
						columns.getString("REMARKS")));
			}
			PreparedStatement query = connection.prepareStatement(
				"select period, place_name, value, lower, upper, people, provisional, before_verdict"
				+ " from health.measure_value"
				+ " where measure = ? and level = ? and period_kind = ? and period = ?"
				+ " order by place_id collate \"C\"");
			query.setString(1, "emergency_admissions");
			query.setString(2, "place");
			query.setString(3, "financial_year");
			query.setDate(4, java.sql.Date.valueOf("2022-04-01"));
			ResultSet rows = query.executeQuery();
			while (rows.next()) {
				StringJoiner row = new StringJoiner("\t").add("row");
				for (int i = 1; i <= 8; i++)
					row.add(text(rows.getObject(i)));
				System.out.println(row);
			}
		}
	}
}

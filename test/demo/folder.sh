# Whether a folder of CSV files has the shape of the shared tables. Sourced by bash: run asks it before it builds,
# load.sh before it loads.

# The shape as the source of the extension says it: relation, needed or not, columns, types, columns that may be missing
# (none: -); for whoever has no server
# yet.
shape_of_source() {
	perl -0777 -ne '
		($tables) = /function ph\.shared_table\(.*?\bvalues\b(.*?)^end;/ms;
		($columns) = /function ph\.shared_column\((.*?)^end;/ms;
		while ($columns =~ /\(\x27(\w+)\x27, \x27(\w+)\x27, \x27([\w \[\]]+)\x27,/g) {
			push @{$names{$1}}, $2; ($type = $3) =~ tr/ /_/; push @{$types{$1}}, $type;
		}
		while ($columns =~ /\(\x27(\w+)\x27, \x27(\w+)\x27\)/g) { push @{$optional{$1}}, $2; }
		while ($tables =~ /\(\x27(\w+)\x27, (true|false),/g) {
			print join(" ", $1, $2 eq "true" ? 1 : 0, join(",", @{$names{$1}}), join(",", @{$types{$1}}),
				join(",", @{$optional{$1} || ["-"]})), "\n";
		}' "$1"
}

# check_folder FOLDER SHAPE: sets relations, file, type, and exports path_... and header_... of each relation that has
# a file.
check_folder() {
	local folder=$1 shape=$2 wrong=0 relation required columns types optional path name header i
	local expected expected_types found
	while read -r relation required columns types optional; do
		path=
		for name in "$folder/$relation.csv" "$folder/$relation.csv.gz"; do
			if [ -e "$name" ]; then path=$name; fi
		done
		if [ -z "$path" ] && [ "$required" = 1 ]; then
			echo "$relation.csv: no such file, nor $relation.csv.gz" >&2
			wrong=1
			continue
		elif [ -z "$path" ]; then
			case $relation in
				data_day) ;;
				code_list) echo "$relation: no file, taking the lists of the demonstration" ;;
				*) echo "$relation: no file, left empty" ;;
			esac
			continue
		fi

		if [[ $path == *.gz ]] && ! gzip -t "$path" 2> /dev/null; then
			echo "${path##*/}: cannot be read to its end as gzip" >&2
			wrong=1
			continue
		fi
		header=$(gzip -dcf < "$path" 2> /dev/null | head -n 1 | sed 's/^\xef\xbb\xbf//; s/\r$//; s/"//g') || true
		file[$relation]=${path##*/}
		relations+=("$relation")
		export "path_$relation=$path" "header_$relation=$header"
		IFS=, read -ra expected <<< "$columns"
		IFS=, read -ra expected_types <<< "$types"
		for i in "${!expected[@]}"; do
			type[$relation.${expected[$i]}]=${expected_types[$i]}
			if [[ ,$header,$optional, != *,"${expected[$i]}",* ]]; then
				echo "${path##*/}, line 1, column ${expected[$i]}: missing" >&2
				wrong=1
			fi
		done
		IFS=, read -ra found <<< "$header"
		for i in "${!found[@]}"; do
			if [[ ,$columns, != *,"${found[$i]}",* ]]; then  # a file without header would show a value here
				echo "${path##*/}, line 1, column number $((i + 1)): not a column of $relation" >&2
				wrong=1
			elif [[ ,$header, == *,"${found[$i]}",*,"${found[$i]}",* ]]; then
				echo "${path##*/}, line 1, column ${found[$i]}: more than once" >&2
				wrong=1
			fi
		done
	done < "$shape"
	return $wrong
}

# check_choices: whether the kinds of place and the edition of deprivation follow from the files, as
# ph.create_population_views takes them: the usual one, or the only one of its kind. After check_folder.
check_choices() {
	local wrong=0 kinds factors
	kinds=$(values_of place place_kind)
	one_choice "place.csv, column place_kind" "$kinds" LSOA21 '^LSOA' &&
		one_choice "place.csv, column place_kind" "$kinds" LAD24 '^LAD' &&
		one_choice "place.csv, column place_kind" "$kinds" ICB24 '^ICB' &&
		one_choice "place.csv, column place_kind" "$kinds" PCN '^PCN' || wrong=1
	if [ -n "${file[place_factor]:-}" ]; then
		factors=$(values_of place_factor factor)
		one_choice "place_factor.csv, column factor" "$factors" imd2019_decile '_decile$' || wrong=1
	fi
	return $wrong
}

# The distinct values of a column that holds names: places' kinds, factors.
values_of() {
	local path=path_$1 header=header_$1
	gzip -dcf < "${!path}" | perl -ne '
		BEGIN {
			($name, $header) = splice @ARGV, 0, 2;
			@header = split /,/, $header;
			($at) = grep { $header[$_] eq $name } 0 .. $#header;
		}
		next if $. == 1;
		s/\r?\n$//;
		@field = ();
		while (/\G(?:"((?:[^"]|"")*)"|([^,]*))(,|$)/g) { push @field, defined $1 ? $1 : $2; last if $3 eq ""; }
		print "$field[$at]\n" if defined $field[$at] && !$seen{$field[$at]}++' "$2" "${!header}"
}

# one_choice WHERE VALUES USUAL ALIKE: false, with a message, where neither the usual one is there nor one alone is
# alike
one_choice() {
	local alike
	if grep -qxF -- "$3" <<< "$2"; then return 0; fi
	alike=$(grep -E -- "$4" <<< "$2" || true)
	if [ "$(grep -c . <<< "$alike")" -le 1 ]; then return 0; fi
	echo "$1: more than one that could be taken and no $3: $(tr '\n' ' ' <<< "$alike")" >&2
	return 1
}


-- ---- deaths that could have been avoided ----
-- The lists of OECD and Eurostat, January 2022 version, which the Office for National Statistics follows: underlying
-- causes below the age of 75. Certain is what we have read in a publication: the Canadian list of Statistics Canada
-- (Health Reports 2019, 30(5)), which is built on the same one, and ranges that others quote. The rest is written down
-- from knowledge of the list and wants a look before it is published from.

create function ph_support.avoidable_list(
	out cause text, out icd10 text, out preventable float8, out treatable float8, out sex text, out certain boolean)
returns setof record
language sql immutable parallel safe
begin atomic
	values
		('intestinal diseases', 'A00-A09', 1, 0, null, true),
		('tuberculosis', 'A15-A19 B90 J65', 0.5, 0.5, null, false),
		('diphtheria, tetanus, poliomyelitis, whooping cough', 'A33-A37 A80', 1, 0, null, false),
		('meningococcal infection', 'A39', 1, 0, null, true),
		('sepsis of pneumococci and Haemophilus', 'A403 A413', 1, 0, null, true),
		('Haemophilus infections', 'A492', 1, 0, null, true),
		('sexually transmitted infections', 'A50-A60 A63 A64', 1, 0, null, true),
		('varicella, measles, rubella', 'B01 B05 B06', 1, 0, null, true),
		('viral hepatitis', 'B15-B19', 1, 0, null, true),
		('HIV', 'B20-B24', 1, 0, null, false),
		('malaria', 'B50-B54', 1, 0, null, true),
		('meningitis of Haemophilus and pneumococci', 'G000 G001', 1, 0, null, true),
		('COVID-19', 'U071 U072 U099 U109', 1, 0, null, false),
		('scarlet fever', 'A38', 0, 1, null, true),
		('other sepsis', 'A400-A402 A404-A409 A410-A412 A414-A419', 0, 1, null, true),
		('cellulitis', 'A46 L03', 0, 1, null, true),
		('legionnaires'' disease', 'A481', 0, 1, null, true),
		('streptococcal and enterococcal infection', 'A491', 0, 1, null, true),
		('other meningitis', 'G002 G003 G008 G009 G03', 0, 1, null, true),

		('cancer of lip, mouth and throat', 'C00-C14', 1, 0, null, true),
		('cancer of the oesophagus', 'C15', 1, 0, null, true),
		('cancer of the stomach', 'C16', 1, 0, null, true),
		('cancer of the liver', 'C22', 1, 0, null, true),
		('cancer of the lung', 'C33 C34', 1, 0, null, true),
		('mesothelioma', 'C45', 1, 0, null, true),
		('melanoma of the skin', 'C43', 1, 0, null, true),
		('cancer of the bladder', 'C67', 1, 0, null, true),
		('cancer of the cervix', 'C53', 0.5, 0.5, null, false),
		('cancer of bowel and anus', 'C18-C21', 0, 1, null, true),
		('cancer of the breast', 'C50', 0, 1, 'F', true),
		('cancer of the uterus', 'C54 C55', 0, 1, null, true),
		('cancer of the testis', 'C62', 0, 1, null, true),
		('cancer of the thyroid', 'C73', 0, 1, null, true),
		('Hodgkin''s disease', 'C81', 0, 1, null, true),
		('lymphoid leukaemia', 'C910 C911', 0, 1, null, true),
		('benign neoplasms', 'D10-D36', 0, 1, null, true),

		('nutritional anaemia', 'D50-D53', 1, 0, null, false),
		('diabetes', 'E10-E14', 0.5, 0.5, null, false),
		('disorders of the thyroid', 'E00-E07', 0, 1, null, false),
		('disorders of the adrenals', 'E240-E243 E248 E249 E25 E27', 0, 1, null, false),
		('epilepsy', 'G40 G41', 0, 1, null, false),

		('aortic aneurysm', 'I71', 0.5, 0.5, null, false),
		('hypertensive diseases', 'I10-I13 I15', 0.5, 0.5, null, false),
		('ischaemic heart disease', 'I20-I25', 0.5, 0.5, null, true),
		('cerebrovascular diseases', 'I60-I69', 0.5, 0.5, null, true),
		('other atherosclerosis', 'I70 I739', 0.5, 0.5, null, true),
		('rheumatic and other valvular heart disease', 'I00-I09', 0, 1, null, false),
		('venous thromboembolism', 'I26 I80 I829', 0, 1, null, true),

		('influenza', 'J09-J11', 1, 0, null, true),
		('pneumonia of pneumococci and Haemophilus', 'J13 J14', 1, 0, null, true),
		('chronic lower respiratory diseases', 'J40-J44', 1, 0, null, true),
		('lung diseases of external agents', 'J60-J64 J66-J70 J82 J92', 1, 0, null, true),
		('upper respiratory infections', 'J00-J06 J30-J39', 0, 1, null, true),
		('other pneumonia', 'J12 J15-J18', 0, 1, null, true),
		('acute lower respiratory infections', 'J20-J22', 0, 1, null, true),
		('asthma and bronchiectasis', 'J45-J47', 0, 1, null, true),
		('acute respiratory distress syndrome', 'J80', 0, 1, null, true),
		('pulmonary oedema', 'J81', 0, 1, null, true),
		('abscess of the lung, pyothorax', 'J85 J86', 0, 1, null, true),
		('other disorders of the pleura', 'J90 J93 J94', 0, 1, null, true),

		('gastric and duodenal ulcer', 'K25-K28', 0, 1, null, false),
		('appendicitis', 'K35-K38', 0, 1, null, false),
		('abdominal hernia', 'K40-K46', 0, 1, null, false),
		('gallstones and diseases of the bile ducts', 'K80-K83', 0, 1, null, false),
		('acute pancreatitis', 'K850 K851 K853 K858 K859', 0, 1, null, false),
		('other diseases of the pancreas', 'K861-K863 K868 K869', 0, 1, null, false),
		('nephritis and nephrosis', 'N00-N07', 0, 1, null, false),
		('obstructive uropathy', 'N13 N20 N21 N35', 0, 1, null, false),
		('kidney failure', 'N17-N19', 0, 1, null, false),
		('renal colic', 'N23', 0, 1, null, false),
		('disorders of the tubules, contracted kidney', 'N25-N27', 0, 1, null, false),
		('inflammation of urinary and genital organs', 'N341 N70-N73 N750 N751 N764 N766', 0, 1, null, false),
		('enlarged prostate', 'N40', 0, 1, null, false),
		('pregnancy and childbirth', 'O00-O99', 0, 1, null, false),
		('conditions of the perinatal period', 'P00-P96', 0, 1, null, false),
		('neural tube defects', 'Q00 Q01 Q05', 1, 0, null, false),
		('malformations of heart and vessels', 'Q20-Q28', 0, 1, null, false),

		('transport accidents', 'V01-V99', 1, 0, null, false),
		('other accidents', 'W00-W99 X00-X39 X46-X59', 1, 0, null, false),
		('intentional self-harm', 'X60-X64 X66-X84', 1, 0, null, false),
		('events of undetermined intent', 'Y10-Y14 Y16-Y34', 1, 0, null, false),
		('assault', 'X85-X99 Y00-Y09 U509', 1, 0, null, false),
		('alcohol',
		 'E244 F10 G312 G621 G721 I426 K292 K70 K73 K740-K742 K746 K852 K860 Q860 R780 X45 X65 Y15', 1, 0, null, false),
		('drugs', 'F11-F16 F18 F19 X40-X44', 1, 0, null, false),
		('adverse effects of medicines', 'Y40-Y59', 0, 1, null, false),
		('misadventures of care', 'Y60-Y69 Y83 Y84', 0, 1, null, false),
		('devices in care', 'Y70-Y82', 0, 1, null, false);
end;
comment on function ph_support.avoidable_list() is
	'avoidable causes of death, a row each: the beginnings of their ICD-10 codes, with ranges';

create function ph.avoidable_cause(
	out code text, out cause text, out preventable float8, out treatable float8, out sex text, out source text,
	out certain boolean)
returns setof record
language sql immutable parallel safe
begin atomic
	select code, l.cause, l.preventable, l.treatable, l.sex,
		'OECD and Eurostat, avoidable mortality, January 2022 version', l.certain
	from ph_support.avoidable_list() l, ph_support.spread_codes(l.icd10) code;
end;
comment on function ph.avoidable_cause() is
	'the causes of death below 75 that prevention or treatment could have avoided, one row a code of ICD-10 of three '
	'or four characters, each the beginning of codes: the share of a death that counts as preventable and as '
	'treatable (halves where both do), sex where it counts for one only. certain: read in a publication; false is '
	'written down from knowledge of the list. Source: OECD and Eurostat, as followed by the Office for National '
	'Statistics';

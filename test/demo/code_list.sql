-- The registers of the demonstration: the long-term conditions of the Quality and Outcomes Framework.
--
--     psql -v schema=health -f test/demo/code_list.sql
call ph.load_shipped_code_lists(:'schema', '{
	atrial_fibrillation, asthma, cancer, coronary_heart_disease, chronic_kidney_disease, copd, dementia, depression,
	diabetes, epilepsy, heart_failure, hypertension, learning_disability, severe_mental_illness, osteoporosis,
	peripheral_arterial_disease, rheumatoid_arthritis, stroke_or_tia}');

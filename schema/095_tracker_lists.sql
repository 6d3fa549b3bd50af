-- Who may enter devices one by one may import them; who takes lists along may take this one.
UPDATE role SET permissions = permissions || '{tracker.import}' WHERE shipped AND code IN ('branch_manager', 'admin');
UPDATE role SET permissions = permissions || '{tracker.export}' WHERE shipped AND code = 'branch_manager';

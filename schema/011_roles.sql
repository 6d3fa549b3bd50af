-- The base roles, shipped as rows and editable after. A verb that is not listed is refused. `session.*` needs no
-- permission. Names are English msgids; their translations stand in the catalogues.

-- rights('rescue', 'create update') → {rescue.create, rescue.update}
CREATE FUNCTION rights(p_entities text, p_verbs text, p_scope text DEFAULT '') RETURNS text[]
LANGUAGE sql IMMUTABLE AS $$
    SELECT array_agg(e || '.' || v || p_scope ORDER BY i, j)
    FROM unnest(string_to_array(p_entities, ' ')) WITH ORDINALITY AS x (e, i),
         unnest(string_to_array(p_verbs, ' ')) WITH ORDINALITY AS y (v, j)
$$;

-- What a role must see for its work.
CREATE FUNCTION sight(p_entities text, p_scope text DEFAULT '') RETURNS text[]
LANGUAGE sql IMMUTABLE AS $$ SELECT rights(p_entities, 'list get history', p_scope) $$;

INSERT INTO role (position, shipped, code, name, scope, help, permissions) VALUES
(10, true, 'call_taker', 'Call-taker', 'below', 'Takes calls and enters rescue orders.',
    sight('rescue customer order_notice case callback call')
    || sight('base_item district') || sight('vehicle')
    || rights('rescue', 'create update copy sms urge contact') || rights('order_notice', 'contact')
    || rights('customer', 'create update') || rights('case', 'open')
    || rights('callback', 'create update plan done no_answer drop') || rights('call', 'create update dial')),

(20, true, 'order_clerk', 'Order clerk', 'below', 'Enters, converts and corrects orders.',
    sight('rescue customer order_notice case callback call')
    || sight('base_item district') || sight('vehicle')
    || rights('rescue', 'create update copy sms urge contact void confirm_result backfill')
    || rights('order_notice', 'contact convert reject')
    || rights('customer', 'create update') || rights('case', 'open')
    || rights('callback', 'create update plan done no_answer drop') || rights('call', 'create update dial')),

(30, true, 'dispatcher', 'Dispatcher', 'below', 'Sends vehicles and follows the jobs.',
    sight('rescue order_notice customer base_item district') || sight('vehicle', '@all') || rights('employee', 'list')
    || rights('rescue', 'suggest dispatch recall replace void empty_run sms urge contact copy update')
    || rights('rescue', 'accept depart arrive complete')
    || rights('vehicle', 'state', '@all') || rights('order_notice', 'convert')),

(40, true, 'driver', 'Driver', 'own', 'Does the jobs and reports from the road.',
    sight('rescue') || rights('rescue', 'accept refuse depart arrive complete photo collect')
    || rights('vehicle', 'position')),

(50, true, 'agent', 'Agent', 'below', 'Serves travel customers, cases, reviews and callbacks.',
    sight('travel supplier_order voucher product property listing channel customer supplier case review callback consult call')
    || sight('base_item district')
    || rights('travel', 'place verify redeem send_supplier confirm use cancel change take transfer release follow after_sale')
    || rights('case', 'open update assign start escalate resolve close reopen')
    || rights('compensation', 'propose') || sight('compensation')
    || rights('review', 'create update classify answer publish hide archive')
    || rights('callback', 'create update plan done no_answer drop')
    || rights('consult', 'create update search compare suggest')),

(60, true, 'reception', 'Reception', 'branch', 'Receives guests and prepares their stay.',
    sight('travel customer preparation service_indicator satisfaction base_item district')
    || rights('travel', 'use no_show') || rights('preparation', 'create update send')
    || rights('service_indicator', 'create update') || rights('satisfaction', 'create update')),

(70, true, 'tour_planner', 'Tour planner', 'all', 'Supplier orders, departures and availability.',
    sight('travel supplier_order departure availability property element product supplier base_item district')
    || rights('supplier_order', 'send confirm refuse use no_show cancel resend')
    || rights('departure', 'create update disable enable notice roster claim')
    || rights('availability', 'update bulk')),

(80, true, 'product_editor', 'Product editor', 'all', 'Properties, elements and products.',
    sight('property element availability product departure supplier base_item district')
    || rights('property element product', 'create update disable enable delete') || rights('availability', 'update bulk')),

(90, true, 'channel_editor', 'Channel editor', 'all', 'Channels and listings.',
    sight('channel listing product property base_item district')
    || rights('channel listing', 'create update disable enable delete')),

(100, true, 'operations', 'Operations', 'all', 'Campaigns, points and coupons.',
    sight('campaign points_rule coupon_rule points coupon message listing product customer base_item')
    || rights('campaign', 'create update approve run pause end measure')
    || rights('points_rule coupon_rule', 'create update disable enable delete')
    || rights('bulk_message', 'create preview send stop') || sight('bulk_message')),

(110, true, 'marketing', 'Marketing', 'all', 'Advertising, research and dashboards.',
    sight('placement market_price trend segment lead marketing_plan dashboard campaign customer base_item')
    || rights('placement market_price trend segment lead marketing_plan', 'create update disable enable delete')
    || rights('dashboard', 'run')),

(120, true, 'counter', 'Counter', 'branch', 'Top-ups and exchanges at the till.',
    sight('topup exchange shift slip') || rights('topup', 'create cancel')
    || rights('exchange', 'authenticate pay confirm cancel') || rights('shift', 'open count close')
    || rights('slip', 'reprint')),

(130, true, 'service_desk', 'Service desk', 'branch', 'Answers for top-ups that went wrong.',
    sight('topup slip') || rights('topup', 'query return_slip refund') || rights('exchange', 'list')),

(140, true, 'store_accountant', 'Store accountant', 'branch', 'Checks the store''s counters against its system.',
    sight('topup exchange shift slip operator_file store_figure report')
    || rights('report', 'run') || rights('operator_file store_figure', 'import match') || rights('shift', 'review')),

(150, true, 'accountant', 'Accountant', 'below', 'Audits finished orders and clears receivables.',
    sight('rescue travel customer supplier vehicle document statement reconcile ledger_entry ledger_account agreement price_list base_item district')
    || rights('rescue travel', 'audit return clear') || rights('document', 'check')
    || rights('statement', 'create update add remove send agree dispute settle void')
    || rights('reconcile', 'create import match resolve') || rights('period', 'list')),

(160, true, 'finance_manager', 'Finance manager', 'all', 'Prices, approves and closes periods.',
    sight('rescue travel customer supplier vehicle document statement reconcile refund repair payment_run ledger_entry')
    || sight('ledger_account period report agreement price_list base_item district')
    || rights('agreement price_list', 'create update disable enable delete')
    || rights('rescue travel', 'price return onestop') || rights('document refund', 'approve')
    || rights('repair', 'approve reject')
    || rights('period', 'create start_closing close reopen abort adjust transfer')
    || rights('report', 'run trial_balance') || rights('ledger', 'trial_balance balance')),

(170, true, 'cashier', 'Cashier', 'below', 'Receives and pays.',
    sight('rescue travel customer supplier document refund payment_run ledger_account base_item district')
    || rights('rescue travel', 'receive') || rights('document', 'post') || rights('refund', 'pay')
    || rights('payment_run', 'send')),

(180, true, 'branch_manager', 'Branch manager', 'below', 'Runs a branch and its people.',
    sight('rescue order_notice vehicle customer branch shift repair report base_item district role')
    || rights('report', 'run') || rights('shift', 'review') || rights('repair', 'request')
    || rights('employee', 'list get history create update disable enable')),

(190, true, 'auditor', 'Auditor', 'all', 'Sees everything and changes nothing.',
    rights('branch role employee session setting job audit_log base_item district customer supplier party channel operator'
        || ' vehicle rescue rescue_item rescue_charge sla_rule price_list agreement order_notice rating file message message_template'
        || ' property element availability product departure listing voucher travel supplier_order preparation'
        || ' service_indicator satisfaction consult case compensation callback review call topup exchange slip shift'
        || ' operator_file store_figure ledger_entry ledger_account ledger_line period document statement reconcile refund'
        || ' payment_run invoice repair report campaign points_rule coupon_rule points coupon bulk_message placement'
        || ' market_price trend segment lead marketing_plan dashboard incident maintenance backup alarm block_list',
        'list get history export')
    || rights('ledger', 'trial_balance balance check') || rights('audit_log', 'verify')),

(200, true, 'admin', 'Administrator', 'all', 'Keeps people, rights and base data; has no hand in money.',
    sight('branch role employee session setting job audit_log base_item district customer supplier party vehicle sla_rule price_list agreement')
    || rights('branch role employee setting base_item district customer supplier party vehicle sla_rule',
              'create update disable enable delete')
    || rights('employee', 'reset_password unlock reset_totp') || rights('session', 'end')
    || rights('job', 'run disable enable')
    || sight('message message_template message_rule incident maintenance backup alarm block_list file')
    || rights('message_template message_rule incident maintenance block_list', 'create update disable enable delete')
    || rights('message', 'resend cancel') || rights('incident', 'isolate investigate resolve close')
    || rights('backup', 'run drill') || rights('file', 'remove') || rights('audit_log', 'verify')),

(210, true, 'partner', 'Third party', 'own', 'An insurer''s or platform''s own people: their orders, nothing else.',
    sight('order_notice rescue') || rights('order_notice', 'create withdraw') || rights('rescue', 'dispute'));

DROP FUNCTION sight(text, text);
DROP FUNCTION rights(text, text, text);

-- Finance: chart of accounts, periods, documents, and the ledger's tables. What keeps the ledger true is in
-- 041_ledger.sql, balances in 043_balance.sql, the steps of a period in 044_period.sql.

-- ---------------------------------------------------------------------------------------------------------------
-- ledger_account: 小企业会计准则, with the sub-accounts that the postings need. Amounts may be posted to an account
-- and to those under it; a report adds them up.

CREATE SEQUENCE ledger_account_id_seq;
CREATE TABLE ledger_account (
    id bigint PRIMARY KEY DEFAULT nextval('ledger_account_id_seq'),
    version int NOT NULL DEFAULT 1,
    created_at timestamptz NOT NULL DEFAULT now(),
    created_by bigint,
    updated_at timestamptz,
    disabled_at timestamptz,
    code text NOT NULL UNIQUE CHECK (code ~ '^[0-9]{4}([0-9]{2})*$'),
    parent_code text REFERENCES ledger_account (code),
    kind text NOT NULL CHECK (kind IN ('asset', 'liability', 'equity', 'cost', 'income', 'expense')),
    side char(1) NOT NULL CHECK (side IN ('D', 'C')),       -- the side its balance normally stands on
    role text CHECK (role IN ('money', 'receivable', 'advance', 'payable', 'output_tax', 'input_tax')),
    postable boolean NOT NULL DEFAULT true,
    label_en text NOT NULL,
    label_zh_cn text NOT NULL,
    label_zh_tw text NOT NULL,
    CHECK (parent_code IS NULL OR code LIKE parent_code || '__')
);
ALTER SEQUENCE ledger_account_id_seq OWNED BY ledger_account.id;
GRANT SELECT ON ledger_account TO yizhan_app, yizhan_tail;

INSERT INTO ledger_account (code, kind, side, role, postable, label_en, label_zh_cn, label_zh_tw) VALUES
    ('1001', 'asset', 'D', 'money', true, 'Cash', '库存现金', '庫存現金'),
    ('1002', 'asset', 'D', 'money', true, 'Bank', '银行存款', '銀行存款'),
    ('1012', 'asset', 'D', 'money', true, 'Other monetary funds (QR and card clearing)', '其他货币资金', '其他貨幣資金'),
    ('1101', 'asset', 'D', NULL, true, 'Short-term investments', '短期投资', '短期投資'),
    ('1121', 'asset', 'D', NULL, true, 'Notes receivable', '应收票据', '應收票據'),
    ('1122', 'asset', 'D', 'receivable', true, 'Accounts receivable', '应收账款', '應收賬款'),
    ('1123', 'asset', 'D', NULL, true, 'Prepayments', '预付账款', '預付賬款'),
    ('1131', 'asset', 'D', NULL, true, 'Dividends receivable', '应收股利', '應收股利'),
    ('1132', 'asset', 'D', NULL, true, 'Interest receivable', '应收利息', '應收利息'),
    ('1221', 'asset', 'D', NULL, true, 'Other receivables (employees)', '其他应收款', '其他應收款'),
    ('1401', 'asset', 'D', NULL, true, 'Material purchases', '材料采购', '材料採購'),
    ('1402', 'asset', 'D', NULL, true, 'Materials in transit', '在途物资', '在途物資'),
    ('1403', 'asset', 'D', NULL, true, 'Raw materials', '原材料', '原材料'),
    ('1404', 'asset', 'D', NULL, true, 'Material cost variances', '材料成本差异', '材料成本差異'),
    ('1405', 'asset', 'D', NULL, true, 'Merchandise', '库存商品', '庫存商品'),
    ('1407', 'asset', 'C', NULL, true, 'Merchandise mark-up', '商品进销差价', '商品進銷差價'),
    ('1408', 'asset', 'D', NULL, true, 'Goods under processing', '委托加工物资', '委託加工物資'),
    ('1411', 'asset', 'D', NULL, true, 'Turnover materials', '周转材料', '周轉材料'),
    ('1421', 'asset', 'D', NULL, true, 'Consumable biological assets', '消耗性生物资产', '消耗性生物資產'),
    ('1501', 'asset', 'D', NULL, true, 'Long-term bond investments', '长期债券投资', '長期債券投資'),
    ('1511', 'asset', 'D', NULL, true, 'Long-term equity investments', '长期股权投资', '長期股權投資'),
    ('1601', 'asset', 'D', NULL, true, 'Fixed assets', '固定资产', '固定資產'),
    ('1602', 'asset', 'C', NULL, true, 'Accumulated depreciation', '累计折旧', '累計折舊'),
    ('1604', 'asset', 'D', NULL, true, 'Construction in progress', '在建工程', '在建工程'),
    ('1605', 'asset', 'D', NULL, true, 'Construction materials', '工程物资', '工程物資'),
    ('1606', 'asset', 'D', NULL, true, 'Disposal of fixed assets', '固定资产清理', '固定資產清理'),
    ('1621', 'asset', 'D', NULL, true, 'Productive biological assets', '生产性生物资产', '生產性生物資產'),
    ('1622', 'asset', 'C', NULL, true, 'Depreciation of biological assets', '生产性生物资产累计折旧', '生產性生物資產累計折舊'),
    ('1701', 'asset', 'D', NULL, true, 'Intangible assets', '无形资产', '無形資產'),
    ('1702', 'asset', 'C', NULL, true, 'Accumulated amortisation', '累计摊销', '累計攤銷'),
    ('1801', 'asset', 'D', NULL, true, 'Long-term deferred expenses', '长期待摊费用', '長期待攤費用'),
    ('1901', 'asset', 'D', NULL, true, 'Pending losses and overages (over/short)', '待处理财产损溢', '待處理財產損溢'),
    ('2001', 'liability', 'C', NULL, true, 'Short-term loans', '短期借款', '短期借款'),
    ('2201', 'liability', 'C', NULL, true, 'Notes payable', '应付票据', '應付票據'),
    ('2202', 'liability', 'C', 'payable', true, 'Accounts payable', '应付账款', '應付賬款'),
    ('2203', 'liability', 'C', 'advance', true, 'Customer advances', '预收账款', '預收賬款'),
    ('2204', 'liability', 'C', NULL, true, 'Contract liabilities', '合同负债', '合同負債'),
    ('2211', 'liability', 'C', 'payable', true, 'Employee pay payable', '应付职工薪酬', '應付職工薪酬'),
    ('2221', 'liability', 'C', NULL, false, 'Taxes payable', '应交税费', '應交稅費'),
    ('2231', 'liability', 'C', NULL, true, 'Interest payable', '应付利息', '應付利息'),
    ('2232', 'liability', 'C', NULL, true, 'Profit payable', '应付利润', '應付利潤'),
    ('2241', 'liability', 'C', NULL, true, 'Other payables', '其他应付款', '其他應付款'),
    ('2401', 'liability', 'C', NULL, true, 'Deferred income', '递延收益', '遞延收益'),
    ('2501', 'liability', 'C', NULL, true, 'Long-term loans', '长期借款', '長期借款'),
    ('2701', 'liability', 'C', NULL, true, 'Long-term payables', '长期应付款', '長期應付款'),
    ('3001', 'equity', 'C', NULL, true, 'Paid-in capital', '实收资本', '實收資本'),
    ('3002', 'equity', 'C', NULL, true, 'Capital reserve', '资本公积', '資本公積'),
    ('3101', 'equity', 'C', NULL, true, 'Surplus reserve', '盈余公积', '盈餘公積'),
    ('3103', 'equity', 'C', NULL, true, 'Profit of the year', '本年利润', '本年利潤'),
    ('3104', 'equity', 'C', NULL, true, 'Profit distribution', '利润分配', '利潤分配'),
    ('4001', 'cost', 'D', NULL, true, 'Production cost', '生产成本', '生產成本'),
    ('4101', 'cost', 'D', NULL, true, 'Manufacturing overheads', '制造费用', '製造費用'),
    ('4301', 'cost', 'D', NULL, true, 'Research and development', '研发支出', '研發支出'),
    ('4401', 'cost', 'D', NULL, true, 'Contract works', '工程施工', '工程施工'),
    ('4403', 'cost', 'D', NULL, true, 'Machine operation', '机械作业', '機械作業'),
    ('5001', 'income', 'C', NULL, true, 'Main business income', '主营业务收入', '主營業務收入'),
    ('5051', 'income', 'C', NULL, true, 'Other business income', '其他业务收入', '其他業務收入'),
    ('5111', 'income', 'C', NULL, true, 'Investment income', '投资收益', '投資收益'),
    ('5301', 'income', 'C', NULL, true, 'Non-operating income', '营业外收入', '營業外收入'),
    ('5401', 'expense', 'D', NULL, true, 'Main business cost', '主营业务成本', '主營業務成本'),
    ('5402', 'expense', 'D', NULL, true, 'Other business cost', '其他业务成本', '其他業務成本'),
    ('5403', 'expense', 'D', NULL, true, 'Taxes and surcharges', '税金及附加', '稅金及附加'),
    ('5601', 'expense', 'D', NULL, true, 'Selling expenses', '销售费用', '銷售費用'),
    ('5602', 'expense', 'D', NULL, true, 'Administrative expenses', '管理费用', '管理費用'),
    ('5603', 'expense', 'D', NULL, true, 'Financial expenses', '财务费用', '財務費用'),
    ('5711', 'expense', 'D', NULL, true, 'Non-operating expenses', '营业外支出', '營業外支出'),
    ('5801', 'expense', 'D', NULL, true, 'Income tax', '所得税费用', '所得稅費用');

INSERT INTO ledger_account (code, parent_code, kind, side, role, label_en, label_zh_cn, label_zh_tw)
SELECT s.code, p.code, p.kind, s.side, s.role, s.en, s.cn, s.tw
FROM (VALUES
    ('101201', 'D', 'money', 'Store tender clearing', '门店结算过渡', '門店結算過渡'),
    ('112201', 'D', 'receivable', 'Due from channels', '应收渠道款', '應收渠道款'),
    ('112202', 'D', 'receivable', 'Due from operators', '应收运营商款', '應收運營商款'),
    ('112301', 'D', NULL, 'Supplier deposits', '供应商预付款', '供應商預付款'),
    ('112302', 'D', NULL, 'Operator float', '运营商预存款', '運營商預存款'),
    ('122101', 'D', NULL, 'Due from cashiers (short)', '应收收银员短款', '應收收銀員短款'),
    ('190101', 'D', NULL, 'Over/short', '长短款', '長短款'),
    ('220201', 'C', 'payable', 'Accrued, not invoiced', '暂估应付款', '暫估應付款'),
    ('220202', 'C', 'payable', 'Due to operators', '应付运营商款', '應付運營商款'),
    ('220203', 'C', 'payable', 'Rebates payable', '应付返点', '應付返點'),
    ('221101', 'C', 'payable', 'Driver commission payable', '应付司机提成', '應付司機提成'),
    ('222101', 'C', 'output_tax', 'Output VAT', '应交增值税（销项税额）', '應交增值稅（銷項稅額）'),
    ('222102', 'D', 'input_tax', 'Input VAT', '应交增值税（进项税额）', '應交增值稅（進項稅額）'),
    ('222103', 'D', NULL, 'VAT offset on the margin', '应交增值税（销项税额抵减）', '應交增值稅（銷項稅額抵減）'),
    ('222104', 'D', NULL, 'VAT paid', '应交增值税（已交税金）', '應交增值稅（已交稅金）'),
    ('222105', 'D', NULL, 'VAT carried out', '应交增值税（转出未交增值税）', '應交增值稅（轉出未交增值稅）'),
    ('222106', 'C', NULL, 'VAT not yet paid', '未交增值税', '未交增值稅'),
    ('222107', 'C', NULL, 'Simplified VAT', '简易计税', '簡易計稅'),
    ('222108', 'C', NULL, 'City construction tax', '应交城市维护建设税', '應交城市維護建設稅'),
    ('222109', 'C', NULL, 'Education surcharge', '应交教育费附加', '應交教育費附加'),
    ('222110', 'C', NULL, 'Enterprise income tax', '应交企业所得税', '應交企業所得稅'),
    ('222111', 'C', NULL, 'Individual income tax withheld', '应交个人所得税', '應交個人所得稅'),
    ('224101', 'C', NULL, 'Top-ups owed', '应付充值款', '應付充值款'),
    ('224102', 'C', NULL, 'Refunds owed', '应付退款', '應付退款'),
    ('224103', 'C', NULL, 'Points liability', '应付积分', '應付積分'),
    ('505101', 'C', NULL, 'Top-up commission', '充值佣金收入', '充值佣金收入'),
    ('540101', 'D', NULL, 'Contracted vehicles', '外协车辆成本', '外協車輛成本'),
    ('540102', 'D', NULL, 'Driver commission', '司机提成', '司機提成'),
    ('540103', 'D', NULL, 'Travel cost', '旅游成本', '旅遊成本'),
    ('560101', 'D', NULL, 'Channel commission', '渠道扣点', '渠道扣點'),
    ('560102', 'D', NULL, 'Rebates', '返点', '返點'),
    ('560103', 'D', NULL, 'Instant discounts borne', '承担立减', '承擔立減'),
    ('560104', 'D', NULL, 'Compensation', '客户补偿', '客戶補償'),
    ('571101', 'D', NULL, 'Bad debts', '坏账损失', '壞賬損失'),
    ('571102', 'D', NULL, 'Short tills', '现金短缺', '現金短缺'),
    ('530101', 'C', NULL, 'Over tills', '现金溢余', '現金溢餘')
) AS s (code, side, role, en, cn, tw) JOIN ledger_account p ON p.code = left(s.code, 4);

-- ---------------------------------------------------------------------------------------------------------------
-- period: an accounting month. Its state is changed by functions only (044_period.sql).

CREATE TABLE period (
    id int PRIMARY KEY CHECK (id = extract(year FROM first_day) * 100 + extract(month FROM first_day)),  -- 202601
    version int NOT NULL DEFAULT 1,
    created_at timestamptz NOT NULL DEFAULT now(),
    created_by bigint,
    updated_at timestamptz,
    disabled_at timestamptz CHECK (disabled_at IS NULL),
    code text NOT NULL UNIQUE CHECK (code = to_char(first_day, 'FMYYYY-MM')),
    first_day date NOT NULL UNIQUE CHECK (extract(day FROM first_day) = 1),
    last_day date NOT NULL CHECK (last_day = (first_day + interval '1 month' - interval '1 day')::date),
    state text NOT NULL DEFAULT 'open' CHECK (state IN ('open', 'closing', 'closed')),
    closed_at timestamptz,
    closed_by bigint,
    reopened_at timestamptz,
    reopened_by bigint,
    reopened_with bigint,       -- the second person
    reopen_reason text
);
GRANT SELECT ON period TO yizhan_app, yizhan_tail;

-- The months of a year that are not there yet.
CREATE FUNCTION period_make_year(p_year int, p_who bigint DEFAULT NULL) RETURNS int
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    WITH made AS (
        INSERT INTO period (id, code, first_day, last_day, created_by)
        SELECT p_year * 100 + m, to_char(make_date(p_year, m, 1), 'FMYYYY-MM'), make_date(p_year, m, 1),
               (make_date(p_year, m, 1) + interval '1 month' - interval '1 day')::date, p_who
        FROM generate_series(1, 12) m
        ON CONFLICT DO NOTHING
        RETURNING 1
    )
    SELECT count(*)::int FROM made
$$;
GRANT EXECUTE ON FUNCTION period_make_year(int, bigint) TO yizhan_app;

-- Books begin in 2026: what is older is closed, so that nothing lands there by a slip of the year.
DO $$
BEGIN
    PERFORM period_make_year(y) FROM generate_series(2025, 2027) y;
    UPDATE period SET state = 'closed', closed_at = now() WHERE first_day < '2026-01-01';
END
$$;

-- ---------------------------------------------------------------------------------------------------------------
-- ledger_entry and ledger_line

CREATE SEQUENCE ledger_entry_id_seq CACHE 32;
CREATE TABLE ledger_entry (
    id bigint PRIMARY KEY DEFAULT nextval('ledger_entry_id_seq'),
    version int NOT NULL DEFAULT 1 CHECK (version = 1),
    created_at timestamptz NOT NULL DEFAULT now(),
    created_by bigint,
    updated_at timestamptz CHECK (updated_at IS NULL),
    disabled_at timestamptz CHECK (disabled_at IS NULL),
    era int NOT NULL DEFAULT 1,
    tx xid8 NOT NULL DEFAULT pg_current_xact_id(),
    key text NOT NULL UNIQUE,           -- the poster's own; a repeat gives the first entry
    hash bytea NOT NULL,                -- of the request that made it
    period_id int NOT NULL REFERENCES period (id),
    day date NOT NULL,
    branch_id int NOT NULL REFERENCES branch (id),
    word text NOT NULL DEFAULT '记' CHECK (word IN ('记', '收', '付', '转')),
    kind text NOT NULL DEFAULT 'normal' CHECK (kind IN ('normal', 'adjust', 'transfer')),  -- the last two: in closing too
    text text NOT NULL DEFAULT '',
    total_fen bigint NOT NULL,          -- sum of a side
    attachments int NOT NULL DEFAULT 0 CHECK (attachments >= 0),
    document_id bigint,
    red_of bigint UNIQUE REFERENCES ledger_entry (id),      -- an entry is reversed once
    maker_id bigint,
    checker_id bigint,
    poster_id bigint
);
ALTER SEQUENCE ledger_entry_id_seq OWNED BY ledger_entry.id;
CREATE INDEX ledger_entry_tx ON ledger_entry (era, tx, id);
CREATE INDEX ledger_entry_branch ON ledger_entry (branch_id, day, id);
CREATE INDEX ledger_entry_period ON ledger_entry (period_id, word, id);
CREATE INDEX ledger_entry_document ON ledger_entry (document_id);

-- period_id, day, era and tx are the entry's, put by a trigger: a report or the roller need not join.
CREATE TABLE ledger_line (
    entry_id bigint NOT NULL REFERENCES ledger_entry (id),
    n int NOT NULL CHECK (n BETWEEN 1 AND 100),
    account text NOT NULL REFERENCES ledger_account (code),
    side char(1) NOT NULL CHECK (side IN ('D', 'C')),
    amount_fen bigint NOT NULL CHECK (amount_fen <> 0),     -- negative: red
    branch_id int NOT NULL REFERENCES branch (id),
    party_id bigint REFERENCES party (id),
    employee_id bigint REFERENCES employee (id),
    line text CHECK (line IN ('rescue', 'travel', 'counter', 'care', 'marketing', 'finance')),  -- line of work
    text text,
    period_id int NOT NULL,
    day date NOT NULL,
    era int NOT NULL,
    tx xid8 NOT NULL,
    PRIMARY KEY (entry_id, n)
);
CREATE INDEX ledger_line_tail ON ledger_line (era, tx);
CREATE INDEX ledger_line_account ON ledger_line (branch_id, account, day, entry_id);
CREATE INDEX ledger_line_period ON ledger_line (period_id, account);
CREATE INDEX ledger_line_party ON ledger_line (party_id, account, day) WHERE party_id IS NOT NULL;
CREATE INDEX ledger_line_employee ON ledger_line (employee_id, account, day) WHERE employee_id IS NOT NULL;

-- 凭证字号: given by the sealer in commit order, not in the business transaction, so there are no gaps and no queue.
CREATE TABLE ledger_number (
    entry_id bigint PRIMARY KEY REFERENCES ledger_entry (id),
    period_id int NOT NULL,
    word text NOT NULL,
    number int NOT NULL CHECK (number > 0),
    UNIQUE (period_id, word, number)
);

-- ---------------------------------------------------------------------------------------------------------------
-- document: a finance paper; each money step makes and posts exactly one

CREATE SEQUENCE document_id_seq CACHE 32;
CREATE TABLE document (
    id bigint PRIMARY KEY DEFAULT nextval('document_id_seq'),
    version int NOT NULL DEFAULT 1,
    created_at timestamptz NOT NULL DEFAULT now(),
    created_by bigint,
    updated_at timestamptz,
    disabled_at timestamptz,
    number text NOT NULL UNIQUE,
    kind text NOT NULL CHECK (kind IN ('receivable', 'payable', 'receipt', 'payment', 'refund', 'adjustment')),
    state text NOT NULL DEFAULT 'draft'
        CHECK (state IN ('draft', 'checked', 'approved', 'posted', 'reversed', 'void')),
    branch_id int NOT NULL REFERENCES branch (id),
    party_id bigint REFERENCES party (id),
    employee_id bigint REFERENCES employee (id),
    entity text,                -- what it is about: 'rescue', …; NULL: made by hand
    row_id bigint,
    charge_id bigint,
    sequence int NOT NULL DEFAULT 1,
    amount_fen bigint NOT NULL,
    tax_fen bigint NOT NULL DEFAULT 0,
    day date NOT NULL,
    method text,                -- base data payment_method
    reason text,
    remarks text,
    red_of bigint UNIQUE REFERENCES document (id),
    entry_id bigint UNIQUE REFERENCES ledger_entry (id),
    maker_id bigint,
    checker_id bigint,
    poster_id bigint,
    posted_at timestamptz,
    CHECK ((entity IS NULL) = (row_id IS NULL)),
    CHECK (state NOT IN ('posted', 'reversed') OR entry_id IS NOT NULL OR amount_fen = 0)
);
ALTER SEQUENCE document_id_seq OWNED BY document.id;
-- The truth behind "exactly one per money step": the same step again is a unique violation, whoever asks.
CREATE UNIQUE INDEX document_step ON document (entity, row_id, charge_id, kind, sequence) NULLS NOT DISTINCT
    WHERE row_id IS NOT NULL;
CREATE INDEX document_branch_created ON document (branch_id, created_at, id);
CREATE INDEX document_branch_number ON document (branch_id, number, id);
CREATE INDEX document_branch_day ON document (branch_id, day, id);
CREATE INDEX document_branch_state ON document (branch_id, state, created_at, id);
CREATE INDEX document_party ON document (party_id, day);

-- Deferred, since an entry names its document and a document its entry, in whatever order they are written.
ALTER TABLE ledger_entry ADD FOREIGN KEY (document_id) REFERENCES document (id) DEFERRABLE INITIALLY DEFERRED;

-- What was posted stays as it was posted; it can only become reversed, beside its red mirror.
CREATE FUNCTION document_keep_posted() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' THEN
        IF OLD.state IN ('draft', 'void') AND OLD.entry_id IS NULL THEN
            RETURN OLD;
        END IF;
        RAISE EXCEPTION USING ERRCODE = 'YZ002', TABLE = 'document',
            MESSAGE = format('document %s was used and cannot be deleted', OLD.number);
    END IF;
    IF OLD.state = 'reversed' OR (OLD.state = 'posted' AND NEW.state NOT IN ('posted', 'reversed'))
       OR (NEW.kind, NEW.branch_id, NEW.party_id, NEW.employee_id, NEW.entity, NEW.row_id, NEW.charge_id, NEW.sequence,
           NEW.amount_fen, NEW.tax_fen, NEW.day, NEW.method, NEW.red_of, NEW.entry_id, NEW.number)
          IS DISTINCT FROM
          (OLD.kind, OLD.branch_id, OLD.party_id, OLD.employee_id, OLD.entity, OLD.row_id, OLD.charge_id, OLD.sequence,
           OLD.amount_fen, OLD.tax_fen, OLD.day, OLD.method, OLD.red_of, OLD.entry_id, OLD.number)
    THEN
        RAISE EXCEPTION USING ERRCODE = 'YZ002', TABLE = 'document',
            MESSAGE = format('document %s is posted and cannot be changed', OLD.number);
    END IF;
    RETURN NEW;
END
$$;
CREATE TRIGGER document_keep_posted BEFORE UPDATE ON document FOR EACH ROW
    WHEN (OLD.state IN ('posted', 'reversed')) EXECUTE FUNCTION document_keep_posted();
CREATE TRIGGER document_keep_used BEFORE DELETE ON document FOR EACH ROW EXECUTE FUNCTION document_keep_posted();
CREATE TRIGGER document_no_truncate BEFORE TRUNCATE ON document
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change_of_past();

ALTER TABLE document ENABLE ROW LEVEL SECURITY;
CREATE POLICY document_scope ON document TO yizhan_app
    USING (branch_id = ANY (current_setting('app.scope')::int[]));
CREATE POLICY document_tail ON document FOR SELECT TO yizhan_tail USING (true);
GRANT SELECT, INSERT, UPDATE, DELETE ON document TO yizhan_app;
GRANT USAGE ON SEQUENCE document_id_seq, ledger_entry_id_seq TO yizhan_app;
GRANT SELECT ON document TO yizhan_tail;

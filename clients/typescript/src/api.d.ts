// Written by scripts/typescript.py from the OpenAPI document: run `make types`.

/** A request of this API that a client can send as it stands. */
export type ActionBody = { type: string; label: string; method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE"; path: string; body?: Record<string, unknown> | null };

/** One more milestone of a standing goal; by itself, because alone it takes an idempotency key. */
export type AddMilestone = { id?: string | null; title: string; description?: string | null; targetPercent?: number | string | null; targetValue?: number | string | null; dueDate?: string | null; completed?: boolean | null; idempotencyKey?: string | null };

/** Up to 100 goals at once; each gets its own result. */
export type BulkDelete = { ids: string[]; idempotencyKey?: string | null };

/** A merge patch of one's own account: what is absent stays, null clears what may be empty. */
export type ChangeAccount = { fullName?: string | null; timezone?: string; baseCurrency?: string; dayStartsAt?: number; insightThresholds?: number[] | null; idempotencyKey?: string | null };

/** A merge patch; what it counts is counted anew. */
export type ChangeBudget = { categoryIds?: string[] | null; startDate?: string | null; endDate?: string | null; linkedGoalId?: string | null; name?: string; budgetType?: "category" | "project"; transactionType?: "income" | "expense"; currency?: string; limitAmount?: number | string; periodType?: "none" | "weekly" | "monthly" | "custom_range"; rolloverMode?: "none" | "carryover"; notifyOnExceed?: boolean; idempotencyKey?: string | null };

/** A mend of a manual check-in, as a merge patch. */
export type ChangeCheckIn = { value?: number | string | null; unit?: string | null; note?: string | null; link?: LinkBody | null; dateKey?: string; mode?: "increment" | "measure" | null; idempotencyKey?: string | null };

/** A merge patch; paid and overdue follow from payments and dueDate, canceled is said. */
export type ChangeDebt = { dueDate?: string | null; interestMode?: "simple" | "compound" | null; interestRateAnnual?: number | string | null; linkedGoalId?: string | null; direction?: "i_owe" | "they_owe_me"; counterpartyName?: string; principalAmount?: number | string; principalCurrency?: string; startDate?: string; status?: "active" | "canceled"; idempotencyKey?: string | null };

/** A merge patch; only a completed session has actualMinutes to mend. */
export type ChangeFocus = { taskId?: string | null; goalId?: string | null; notes?: string | null; plannedMinutes?: number; actualMinutes?: number; idempotencyKey?: string | null };

/** A merge patch: what is absent stays, null clears what may be empty. */
export type ChangeGoal = { description?: string | null; unit?: string | null; currency?: string | null; initialValue?: number | string | null; targetValue?: number | string | null; progressTargetValue?: number | string | null; financeMode?: "save" | "spend" | "debt_close" | null; linkedBudgetId?: string | null; linkedDebtId?: string | null; startDate?: string | null; targetDate?: string | null; progressWeights?: WeightsBody | null; insightThresholds?: number[] | null; title?: string; goalType?: "financial" | "health" | "education" | "productivity" | "personal"; status?: "active" | "paused" | "completed" | "archived"; metricType?: "none" | "amount" | "weight" | "count" | "duration" | "custom"; direction?: "increase" | "decrease" | "neutral"; checkInMode?: "increment" | "measure"; position?: number; autoComplete?: boolean; idempotencyKey?: string | null };

/** A merge patch; what is said already of its days counts by the new terms. */
export type ChangeHabit = { goalId?: string | null; linkedGoalIds?: string[] | null; daysOfWeek?: number[] | null; timesPerWeek?: number | null; targetPerDay?: number | string | null; unit?: string | null; title?: string; habitType?: "health" | "finance" | "productivity" | "education" | "personal" | "custom"; status?: "active" | "paused" | "archived"; frequency?: "daily" | "weekly" | "custom"; completionMode?: "boolean" | "numeric"; countingType?: "create" | "quit"; idempotencyKey?: string | null };

/** A merge patch; a `status` in it runs the step. Of what a rule said only the status is another's. */
export type ChangeInsight = { body?: string; scope?: string | null; category?: string | null; rule?: string | null; related?: RelatedBody | null; actions?: ActionBody[]; payload?: Record<string, unknown> | null; validUntil?: string | null; title?: string; kind?: string; level?: "info" | "warning" | "critical" | "celebration"; priority?: number; status?: "new" | "viewed" | "completed" | "dismissed"; idempotencyKey?: string | null };

/** A merge patch of one milestone; `completed` ticks it by hand or takes the tick back. */
export type ChangeMilestone = { title?: string; description?: string | null; targetPercent?: number | string | null; targetValue?: number | string | null; dueDate?: string | null; completed?: boolean; idempotencyKey?: string | null };

/** The password in force and the one to come. */
export type ChangePassword = { current: string; new: string; idempotencyKey?: string | null };

/** A mend of a payment, as a merge patch; another currency needs another rate. */
export type ChangePayment = { amount?: number | string; currency?: string; paymentDate?: string; rate?: number | string | null; note?: string | null; idempotencyKey?: string | null };

/** A merge patch; completing and reopening may also be said by `status`. */
export type ChangeTask = { goalId?: string | null; habitId?: string | null; parentTaskId?: string | null; progressValue?: number | string | null; progressUnit?: string | null; dueDate?: string | null; startDate?: string | null; estimatedMinutes?: number | null; notes?: string | null; title?: string; status?: "inbox" | "planned" | "in_progress" | "completed" | "canceled" | "moved" | "overdue"; priority?: "low" | "medium" | "high"; idempotencyKey?: string | null };

/** A merge patch; what it gave is replaced by what it gives. */
export type ChangeTransaction = { categoryId?: string | null; goalId?: string | null; budgetId?: string | null; debtId?: string | null; habitId?: string | null; rate?: number | string | null; name?: string | null; description?: string | null; tags?: string[] | null; type?: "income" | "expense" | "transfer"; amount?: number | string; currency?: string; date?: string; idempotencyKey?: string | null };

/** A merge patch; `active` lets a paused or disabled one go on where it stood. */
export type ChangeWebhook = { description?: string | null; events?: ("entity:updated" | "insight:new" | "reminder")[]; entities?: ("goals" | "goal_milestones" | "goal_check_ins" | "goal_tasks" | "goal_habits" | "goal_finance_contributions" | "tasks" | "habits" | "habit_completions" | "focus_sessions" | "budgets" | "debts" | "debt_payments" | "transactions" | "fx_rates" | "insights" | "achievements" | "sync_conflicts")[] | null; goalIds?: string[] | null; url?: string; status?: "active" | "paused"; idempotencyKey?: string | null };

/** actualMinutes default to the time that passed without pauses. */
export type CompleteFocus = { actualMinutes?: number | null; notes?: string | null; idempotencyKey?: string | null };

/** completedDate defaults to the user's today and cannot be in the future. */
export type CompleteGoal = { completedDate?: string | null; idempotencyKey?: string | null };

/** What is said of one day, today unless told; said again, it replaces. */
export type CompleteHabit = { id?: string | null; dateKey?: string | null; status: "done" | "miss" | "skip"; value?: number | string | null; idempotencyKey?: string | null };

/** A token for a program: its name, what it may do, and when it ends (null: never). */
export type CreateApiToken = { name: string; scopes?: ("read" | "write")[]; expiresAt?: string | null };

/** A new budget; linkedGoalId ties it to that goal. */
export type CreateBudget = { categoryIds?: string[] | null; startDate?: string | null; endDate?: string | null; linkedGoalId?: string | null; id?: string | null; name: string; budgetType?: "category" | "project"; transactionType?: "income" | "expense"; currency: string; limitAmount: number | string; periodType?: "none" | "weekly" | "monthly" | "custom_range"; rolloverMode?: "none" | "carryover"; notifyOnExceed?: boolean; idempotencyKey?: string | null };

/** A new debt; startDate defaults to today, linkedGoalId ties it to that goal. */
export type CreateDebt = { dueDate?: string | null; interestMode?: "simple" | "compound" | null; interestRateAnnual?: number | string | null; linkedGoalId?: string | null; id?: string | null; direction: "i_owe" | "they_owe_me"; counterpartyName: string; principalAmount: number | string; principalCurrency: string; startDate?: string | null; status?: "active" | "canceled"; idempotencyKey?: string | null };

/** A session that runs since startedAt, by default now, or one that is over and only told of. Without actualMinutes a completed one took all its time; without endedAt it ended after its minutes. */
export type CreateFocus = { taskId?: string | null; goalId?: string | null; notes?: string | null; id?: string | null; plannedMinutes: number; status?: "in_progress" | "completed"; startedAt?: string | null; endedAt?: string | null; actualMinutes?: number | null; idempotencyKey?: string | null };

/** A new goal; only the title is always needed, the metric says what else is. */
export type CreateGoal = { description?: string | null; unit?: string | null; currency?: string | null; initialValue?: number | string | null; targetValue?: number | string | null; progressTargetValue?: number | string | null; financeMode?: "save" | "spend" | "debt_close" | null; linkedBudgetId?: string | null; linkedDebtId?: string | null; startDate?: string | null; targetDate?: string | null; progressWeights?: WeightsBody | null; insightThresholds?: number[] | null; id?: string | null; title: string; goalType?: "financial" | "health" | "education" | "productivity" | "personal"; status?: "active" | "paused"; metricType?: "none" | "amount" | "weight" | "count" | "duration" | "custom"; direction?: "increase" | "decrease" | "neutral" | null; checkInMode?: "increment" | "measure" | null; position?: number | null; autoComplete?: boolean; milestones?: MilestoneBody[]; linkedTaskIds?: string[]; linkedHabitIds?: string[]; createBudget?: boolean; idempotencyKey?: string | null };

/** A new habit; days before today are not asked of it. */
export type CreateHabit = { goalId?: string | null; linkedGoalIds?: string[] | null; daysOfWeek?: number[] | null; timesPerWeek?: number | null; targetPerDay?: number | string | null; unit?: string | null; id?: string | null; title: string; habitType?: "health" | "finance" | "productivity" | "education" | "personal" | "custom"; status?: "active" | "paused" | "archived"; frequency?: "daily" | "weekly" | "custom"; completionMode?: "boolean" | "numeric"; countingType?: "create" | "quit"; idempotencyKey?: string | null };

/** Something worth telling, by a person or an assistant; `kind` reminder goes out as one. */
export type CreateInsight = { body?: string; scope?: string | null; category?: string | null; rule?: string | null; related?: RelatedBody | null; actions?: ActionBody[]; payload?: Record<string, unknown> | null; validUntil?: string | null; id?: string | null; title: string; kind?: string; level?: "info" | "warning" | "critical" | "celebration"; priority?: number; source?: "manual" | "ai"; idempotencyKey?: string | null };

/** A payment of a debt; by default in its currency and today. */
export type CreatePayment = { id?: string | null; amount: number | string; currency?: string | null; paymentDate?: string | null; rate?: number | string | null; note?: string | null; idempotencyKey?: string | null };

/** A new task; goalId links it to that goal. */
export type CreateTask = { goalId?: string | null; habitId?: string | null; parentTaskId?: string | null; progressValue?: number | string | null; progressUnit?: string | null; dueDate?: string | null; startDate?: string | null; estimatedMinutes?: number | null; notes?: string | null; id?: string | null; title: string; status?: "inbox" | "planned" | "in_progress" | "completed" | "canceled" | "moved" | "overdue"; priority?: "low" | "medium" | "high"; idempotencyKey?: string | null };

/** A new transaction, by default of today; it counts for goals, budgets and debts at once. */
export type CreateTransaction = { categoryId?: string | null; goalId?: string | null; budgetId?: string | null; debtId?: string | null; habitId?: string | null; rate?: number | string | null; name?: string | null; description?: string | null; tags?: string[] | null; id?: string | null; type: "income" | "expense" | "transfer"; amount: number | string; currency: string; date?: string | null; idempotencyKey?: string | null };

/** A new webhook, which hears of what happens from now on. */
export type CreateWebhook = { description?: string | null; events?: ("entity:updated" | "insight:new" | "reminder")[]; entities?: ("goals" | "goal_milestones" | "goal_check_ins" | "goal_tasks" | "goal_habits" | "goal_finance_contributions" | "tasks" | "habits" | "habit_completions" | "focus_sessions" | "budgets" | "debts" | "debt_payments" | "transactions" | "fx_rates" | "insights" | "achievements" | "sync_conflicts")[] | null; goalIds?: string[] | null; id?: string | null; url: string; idempotencyKey?: string | null };

/** The password once more; accounts of an OIDC issuer have none to give. */
export type EraseAccount = { password?: string | null };

/** Where a check-in points: an entity of the user's by id, or a URL. */
export type LinkBody = { type: "task" | "habit" | "transaction" | "focus_session" | "url"; id?: string | null; url?: string | null };

/** The budget to tie a goal to. */
export type LinkBudget = { budgetId: string; idempotencyKey?: string | null };

/** The debt to tie a goal to. */
export type LinkDebt = { debtId: string; idempotencyKey?: string | null };

/** How a linked task or habit counts: by its ratio, or with `contribution` in the ledger. */
export type LinkTerms = { contribution?: number | string | null; idempotencyKey?: string | null };

/** The password and one of `email` and `emailOrUsername`. */
export type LogIn = { email?: string | null; emailOrUsername?: string | null; password: string };

/** A milestone of a new set: with targetPercent, targetValue, or neither (interpolated). */
export type MilestoneBody = { id?: string | null; title: string; description?: string | null; targetPercent?: number | string | null; targetValue?: number | string | null; dueDate?: string | null; completed?: boolean | null };

/** Up to 500 changes in the order in which they were made; each gets its own result. All but `changes` is optional. `clientTime` is the device's clock as it sends, by which edit times are corrected; `lastSyncedAt` the last `serverTime` or cursor it was given, up to which it has seen everything; `clientSeq` numbers the pushes of a `clientId`: one that is repeated is not done again. */
export type PushChanges = { changes: Record<string, unknown>[]; clientId?: string | null; clientSeq?: number | null; clientTime?: string | null; lastSyncedAt?: string | null; idempotencyKey?: string | null };

/** From that day on, one unit of `from` is worth `rate` units of `to`. */
export type QuoteRate = { date: string; from: string; to: string; rate: number | string; idempotencyKey?: string | null };

/** A fact for the ledger; value may be absent only on goals without a metric. */
export type RecordCheckIn = { id?: string | null; value?: number | string | null; unit?: string | null; note?: string | null; link?: LinkBody | null; dateKey?: string | null; mode?: "increment" | "measure" | null; idempotencyKey?: string | null };

/** The newest refresh token of a session. */
export type RefreshSession = { refreshToken: string };

/** A new account; the zone defaults to UTC, the base currency to USD. */
export type Register = { email: string; password: string; fullName?: string | null; baseCurrency?: string; timezone?: string };

/** What an insight is about: records of the user's own. */
export type RelatedBody = { goalId?: string | null; milestoneId?: string | null; checkInId?: string | null; taskId?: string | null; habitId?: string | null; focusSessionId?: string | null; budgetId?: string | null; debtId?: string | null; transactionId?: string | null };

/** The whole set; milestones named by id keep their history. */
export type ReplaceMilestones = { milestones: MilestoneBody[]; idempotencyKey?: string | null };

/** From where on everything is to be sent again: a cursor or a serverTime. */
export type ReplayWebhook = { since: string; idempotencyKey?: string | null };

/** Decide an open conflict, named by its id or by its record. `use_server` keeps what is here, `use_local` writes what the device had, `merge` takes the later edit of each field; `data` overrides what merging takes. `serverVersion`: only if the record still has it. */
export type ResolveConflict = { conflictId?: string | null; entity?: "goals" | "goal_milestones" | "goal_check_ins" | "goal_tasks" | "goal_habits" | "goal_finance_contributions" | "tasks" | "habits" | "habit_completions" | "focus_sessions" | "budgets" | "debts" | "debt_payments" | "transactions" | "fx_rates" | "insights" | "achievements" | "sync_conflicts" | null; id?: string | null; resolution: "use_server" | "use_local" | "merge"; data?: Record<string, unknown> | null; serverVersion?: number | null; idempotencyKey?: string | null };

/** A payment of all that remains, by default today. */
export type SettleDebt = { id?: string | null; paymentDate?: string | null; note?: string | null; idempotencyKey?: string | null };

/** What would be otherwise; what is left out stays as it is. */
export type Simulate = { addPerMonth?: number | string | null; targetDate?: string | null; targetValue?: number | string | null; pauseFrom?: string | null; pauseTo?: string | null; idempotencyKey?: string | null };

/** A session that begins now. */
export type StartFocus = { taskId?: string | null; goalId?: string | null; notes?: string | null; id?: string | null; plannedMinutes: number; idempotencyKey?: string | null };

/** Weight of each source; a source left out has none. */
export type WeightsBody = { metric?: number | string | null; finance?: number | string | null; tasks?: number | string | null; habits?: number | string | null; milestones?: number | string | null };

/** `meta` of a list. A page read by cursor has no number. */
export type ListMeta = { page: number | null; limit: number; total: number; totalPages: number; hasMore: boolean; nextCursor: string | null };

export type Failure = { success?: false; data?: null; meta?: null; error: Error };

/** What went wrong: `code` is stable, `message` is for people, `details` names every field. */
export type Error = { code: "MALFORMED_REQUEST" | "AUTH_INVALID_CREDENTIALS" | "AUTH_TOKEN_EXPIRED" | "AUTH_TOKEN_INVALID" | "FORBIDDEN" | "RESOURCE_NOT_FOUND" | "METHOD_NOT_ALLOWED" | "CONFLICT" | "RESOURCE_ALREADY_EXISTS" | "INVALID_STATE" | "IDEMPOTENCY_CONFLICT" | "CURSOR_GONE" | "PRECONDITION_FAILED" | "PAYLOAD_TOO_LARGE" | "UNSUPPORTED_MEDIA_TYPE" | "VALIDATION_ERROR" | "RATE_LIMIT_EXCEEDED" | "INTERNAL_ERROR" | "SERVICE_UNAVAILABLE"; message: string; details: Fault[]; context: Record<string, unknown> | null; requestId: string };

/** One thing wrong with one field: `field` is its path (`milestones[2].dueDate`). */
export type Fault = { field: string; code: string; message: string };

/** A failure by RFC 9457, with our code, faults and context as its extensions. */
export type ProblemDocument = { type: string; title: string; status: number; detail: string; instance: string; code: string; errors: Fault[]; context: Record<string, unknown> | null; requestId: string };

/** A goal as every reader sees it: GET, lists, journal, sockets and sync share these bytes. */
export type GoalDocument = { id: string; userId: string; showStatus: "active" | "archived" | "deleted"; syncStatus: "conflict" | "synced"; version: number; createdAt: string; updatedAt: string; deletedAt: string | null; title: string; description: string | null; goalType: "education" | "financial" | "health" | "personal" | "productivity"; status: "active" | "archived" | "completed" | "paused"; metricType: "amount" | "count" | "custom" | "duration" | "none" | "weight"; direction: "decrease" | "increase" | "neutral"; unit: string | null; currency: string | null; initialValue: number | null; targetValue: number | null; progressTargetValue: number | null; currentValue: number | null; checkInMode: "increment" | "measure"; financeMode: "debt_close" | "save" | "spend" | null; linkedBudgetId: string | null; linkedDebtId: string | null; startDate: string | null; targetDate: string | null; completedDate: string | null; position: number; progressPercent: number; rawPercent: number; progressWeights: WeightsDocument | null; insightThresholds: number[] | null; autoComplete: boolean; milestones: MilestoneDocument[]; stats: Stats; pace: Pace; linkedTaskIds: string[]; linkedHabitIds: string[]; financeContributionCount: number; checkInCount: number; lastCheckInAt: string | null };

export type WeightsDocument = { metric?: number | null; finance?: number | null; tasks?: number | null; habits?: number | null; milestones?: number | null };

export type MilestoneDocument = { id: string; userId: string; showStatus: "active" | "archived" | "deleted"; syncStatus: "conflict" | "synced"; version: number; createdAt: string; updatedAt: string; deletedAt: string | null; goalId: string; title: string; description: string | null; order: number; fromPercent: number; targetPercent: number; targetValue: number | null; dueDate: string | null; completedAt: string | null };

/** What the linked worlds add up to; None where a world has nothing linked. */
export type Stats = { financialProgressPercent?: number | null; habitsProgressPercent?: number | null; tasksProgressPercent?: number | null; focusMinutesLast30?: number; focusMinutesTotal?: number; totalTasks?: number; completedTasks?: number; totalHabits?: number };

/** A goal's pace on one day, as on the wire (CONTRACT §3); None where a field does not apply. Rates and amounts are gains: positive toward the target, whichever way it lies. */
export type Pace = { status?: "ahead" | "at_risk" | "behind" | "completed" | "insufficient_data" | "no_deadline" | "not_started" | "on_track" | "overdue" | "paused" | "recovering" | null; requiredPerDay?: number | null; actualPerDay?: number | null; expectedValue?: number | null; expectedPercent?: number | null; daysLeft?: number | null; safeDays?: number | null; nextNeeded?: NextNeeded | null; projectedDate?: string | null; projectedValue?: number | null; confidence?: number | null };

/** What brings the goal to its line: a gain in goal units, and the day it is due. */
export type NextNeeded = { amount: number; by: string };

export type SummaryDocument = { counts: GoalCounts; byPace: Record<string, number>; meanProgressPercent: number | null; attention: AttentionItem[]; deadlines: DeadlineItem[] };

export type GoalCounts = { active?: number; paused?: number; completed?: number; archived?: number };

export type AttentionItem = { goalId: string; title: string; paceStatus: "ahead" | "at_risk" | "behind" | "completed" | "insufficient_data" | "no_deadline" | "not_started" | "on_track" | "overdue" | "paused" | "recovering" | null; safeDays: number | null; nextNeeded: NextNeeded | null };

export type DeadlineItem = { goalId: string; title: string; targetDate: string; daysLeft: number };

export type ProgressDocument = { goalId: string; asOf: string; progressPercent: number; rawPercent: number; rule: "mean" | "metric" | "override" | "weighted"; terms: TermDocument[] };

/** One source's part of the number; `points` of all terms add up to progressPercent. */
export type TermDocument = { source: string; percent: number; weight: number; points: number; value?: number | null; target?: number | null; count?: number | null; done?: number | null; total?: number | null; latest?: LatestFact[] | null };

/** A fact behind a term: its id, when it was recorded and its amount; of a task, when it was completed. */
export type LatestFact = { id: string; at: string; amount: number | null };

/** The answer of `GET /goals/{id}/series` (CONTRACT §3). */
export type Series = { goalId: string; bucket: "day" | "month" | "week"; points: Point[]; projection: ProjectedPoint[]; milestones: MilestoneMark[]; targetChanges: TargetChange[] };

/** One bucket: `value`, `expected` and `target` at its end, `added` within it, in goal units. */
export type Point = { from: string; to: string; value: number | null; added: number; bySource: Record<string, number>; expected: number | null; target: number | null };

export type ProjectedPoint = { date: string; value: number };

export type MilestoneMark = { id: string; targetValue: number | null; completedAt: string | null };

export type TargetChange = { from: string; targetValue: number | null; targetDate: string | null };

export type BulkReply = { results: BulkResult[] };

/** What became of one id of a bulk call: `deleted`, or `not_found` (also: another user's). */
export type BulkResult = { id: string; status: string };

export type CheckInReply = { checkIn: unknown; goal: unknown; milestonesReached: MilestoneDocument[]; insights: unknown[] };

export type CheckInDocument = { id: string; userId: string; showStatus: "active" | "archived" | "deleted"; syncStatus: "conflict" | "synced"; version: number; createdAt: string; updatedAt: string; deletedAt: string | null; goalId: string; value: number | null; unit: string | null; mode: "increment" | "measure"; note: string | null; link: DocumentsLinkDocument | null; sourceType: "finance" | "focus" | "habit" | "manual" | "task"; sourceId: string | null; dateKey: string };

export type DocumentsLinkDocument = { type: "focus_session" | "habit" | "task" | "transaction" | "url"; id?: string | null; url?: string | null };

export type LinkedTask = { id: string; userId: string; showStatus: "active" | "archived" | "deleted"; syncStatus: "conflict" | "synced"; version: number; createdAt: string; updatedAt: string; deletedAt: string | null; title: string; status: "canceled" | "completed" | "in_progress" | "inbox" | "moved" | "overdue" | "planned"; priority: "high" | "low" | "medium"; goalId: string | null; habitId: string | null; parentTaskId: string | null; progressValue: number | null; progressUnit: string | null; dueDate: string | null; startDate: string | null; estimatedMinutes: number | null; focusTotalMinutes: number; notes: string | null; completedAt: string | null; goals: GoalGlance[]; contribution: number | null };

/** A goal as its neighbours show it; joined at read, outside their version and ETag. */
export type GoalGlance = { id: string; title: string; progressPercent: number };

export type LinkedHabit = { id: string; userId: string; showStatus: "active" | "archived" | "deleted"; syncStatus: "conflict" | "synced"; version: number; createdAt: string; updatedAt: string; deletedAt: string | null; title: string; habitType: "custom" | "education" | "finance" | "health" | "personal" | "productivity"; status: "active" | "archived" | "paused"; frequency: "custom" | "daily" | "weekly"; daysOfWeek: number[] | null; timesPerWeek: number | null; completionMode: "boolean" | "numeric"; targetPerDay: number | null; unit: string | null; countingType: "create" | "quit"; goalId: string | null; linkedGoalIds: string[]; streakCurrent: number; streakBest: number; completionRate30d: number | null; goals: GoalGlance[]; contribution: number | null };

/** A tie between a goal and a task or habit (goal_tasks, goal_habits). */
export type LinkRow = { id: string; userId: string; showStatus: "active" | "archived" | "deleted"; syncStatus: "conflict" | "synced"; version: number; createdAt: string; updatedAt: string; deletedAt: string | null; goalId: string; taskId?: string | null; habitId?: string | null; contribution: number | null };

export type TaskDocument = { id: string; userId: string; showStatus: "active" | "archived" | "deleted"; syncStatus: "conflict" | "synced"; version: number; createdAt: string; updatedAt: string; deletedAt: string | null; title: string; status: "canceled" | "completed" | "in_progress" | "inbox" | "moved" | "overdue" | "planned"; priority: "high" | "low" | "medium"; goalId: string | null; habitId: string | null; parentTaskId: string | null; progressValue: number | null; progressUnit: string | null; dueDate: string | null; startDate: string | null; estimatedMinutes: number | null; focusTotalMinutes: number; notes: string | null; completedAt: string | null; goals: GoalGlance[] };

/** What is computed is of the owner's today. */
export type HabitDocument = { id: string; userId: string; showStatus: "active" | "archived" | "deleted"; syncStatus: "conflict" | "synced"; version: number; createdAt: string; updatedAt: string; deletedAt: string | null; title: string; habitType: "custom" | "education" | "finance" | "health" | "personal" | "productivity"; status: "active" | "archived" | "paused"; frequency: "custom" | "daily" | "weekly"; daysOfWeek: number[] | null; timesPerWeek: number | null; completionMode: "boolean" | "numeric"; targetPerDay: number | null; unit: string | null; countingType: "create" | "quit"; goalId: string | null; linkedGoalIds: string[]; streakCurrent: number; streakBest: number; completionRate30d: number | null; goals: GoalGlance[] };

/** A habit with the day that was just said. */
export type CompletedHabit = { id: string; userId: string; showStatus: "active" | "archived" | "deleted"; syncStatus: "conflict" | "synced"; version: number; createdAt: string; updatedAt: string; deletedAt: string | null; title: string; habitType: "custom" | "education" | "finance" | "health" | "personal" | "productivity"; status: "active" | "archived" | "paused"; frequency: "custom" | "daily" | "weekly"; daysOfWeek: number[] | null; timesPerWeek: number | null; completionMode: "boolean" | "numeric"; targetPerDay: number | null; unit: string | null; countingType: "create" | "quit"; goalId: string | null; linkedGoalIds: string[]; streakCurrent: number; streakBest: number; completionRate30d: number | null; goals: GoalGlance[]; completion: CompletionDocument };

export type CompletionDocument = { id: string; userId: string; showStatus: "active" | "archived" | "deleted"; syncStatus: "conflict" | "synced"; version: number; createdAt: string; updatedAt: string; deletedAt: string | null; habitId: string; dateKey: string; status: "done" | "miss" | "skip"; value: number | null };

/** The answer of `GET /habits/{id}/stats` (CONTRACT §4); done30 ÷ scheduled30 is the rate. */
export type HabitStats = { streakCurrent: number; streakBest: number; completionRate30d: number | null; scheduled30: number; done30: number; skipped30: number; total: number };

/** Minutes of completed sessions: today, in the last 7 and 30 days with today, and ever. */
export type FocusStats = { todayMinutes: number; last7Minutes: number; last30Minutes: number; totalMinutes: number; sessions: number };

export type FocusDocument = { id: string; userId: string; showStatus: "active" | "archived" | "deleted"; syncStatus: "conflict" | "synced"; version: number; createdAt: string; updatedAt: string; deletedAt: string | null; taskId: string | null; goalId: string | null; plannedMinutes: number; actualMinutes: number | null; status: "canceled" | "completed" | "in_progress" | "paused"; startedAt: string; endedAt: string | null; pausedAt: string | null; pausedSeconds: number; dateKey: string; notes: string | null };

/** What one transaction (or payment of the linked debt) gives to a goal, in the goal's currency. */
export type ContributionDocument = { id: string; userId: string; showStatus: "active" | "archived" | "deleted"; syncStatus: "conflict" | "synced"; version: number; createdAt: string; updatedAt: string; deletedAt: string | null; goalId: string; transactionId: string; amount: number; currency: string; rate: number; convertedAmount: number; sign: number; via: "budget" | "debt" | "goal"; date: string };

/** How a goal's money stands; 0 for what is not linked. */
export type FinanceProgress = { goalId: string; linkedBudgetId: string | null; linkedDebtId: string | null; financialProgressPercent: number | null; budgetSpentAmount: number; budgetLimitAmount: number; debtTotalPaid: number; debtPrincipalAmount: number; contributionCount: number; contributionTotal: number; currency: string | null };

/** The answer of `POST /goals/{id}/simulate` (CONTRACT §3). */
export type Simulation = { pace: Pace; projection: ProjectedPoint[] };

export type BudgetDocument = { id: string; userId: string; showStatus: "active" | "archived" | "deleted"; syncStatus: "conflict" | "synced"; version: number; createdAt: string; updatedAt: string; deletedAt: string | null; name: string; budgetType: "category" | "project"; categoryIds: string[] | null; transactionType: "expense" | "income"; currency: string; limitAmount: number; periodType: "custom_range" | "monthly" | "none" | "weekly"; startDate: string | null; endDate: string | null; linkedGoalId: string | null; rolloverMode: "carryover" | "none"; notifyOnExceed: boolean; spentAmount: number; remainingAmount: number; percentUsed: number; contributionTotal: number; isOverspent: boolean; goals: GoalGlance[] };

export type DebtDocument = { id: string; userId: string; showStatus: "active" | "archived" | "deleted"; syncStatus: "conflict" | "synced"; version: number; createdAt: string; updatedAt: string; deletedAt: string | null; direction: "i_owe" | "they_owe_me"; counterpartyName: string; principalAmount: number; principalCurrency: string; startDate: string; dueDate: string | null; interestMode: "compound" | "simple" | null; interestRateAnnual: number | null; linkedGoalId: string | null; status: "active" | "canceled" | "overdue" | "paid"; totalPaid: number; remainingAmount: number; percentPaid: number; goals: GoalGlance[] };

/** How the debts of one currency are paid off; `debts` in the strategy's order. */
export type PayoffPlan = { months: number | null; payoffDate: string | null; totalInterest: number; totalPaid: number; never: boolean; strategy: "avalanche" | "snowball"; currency: string; extraPerMonth: number; remainingAmount: number; debts: DebtPayoff[] };

export type DebtPayoff = { months: number | null; payoffDate: string | null; totalInterest: number; totalPaid: number; never: boolean; debtId: string; counterpartyName: string; order: number; remainingAmount: number };

/** `convertedAmount` is in the debt's currency, by `rate` units of it per unit. */
export type PaymentDocument = { id: string; userId: string; showStatus: "active" | "archived" | "deleted"; syncStatus: "conflict" | "synced"; version: number; createdAt: string; updatedAt: string; deletedAt: string | null; debtId: string; amount: number; currency: string; paymentDate: string; rate: number; convertedAmount: number; note: string | null; transactionId: string | null };

export type TransactionDocument = { id: string; userId: string; showStatus: "active" | "archived" | "deleted"; syncStatus: "conflict" | "synced"; version: number; createdAt: string; updatedAt: string; deletedAt: string | null; type: "expense" | "income" | "transfer"; amount: number; currency: string; categoryId: string | null; date: string; goalId: string | null; budgetId: string | null; debtId: string | null; habitId: string | null; rate: number | null; name: string | null; description: string | null; tags: string[] | null; goals: GoalGlance[] };

/** `rate` units of `to` per unit of `from`, from `date` on. */
export type FxRateDocument = { id: string; userId: string; showStatus: "active" | "archived" | "deleted"; syncStatus: "conflict" | "synced"; version: number; createdAt: string; updatedAt: string; deletedAt: string | null; date: string; from: string; to: string; rate: number };

/** `related` holds ids by their names (`goalId`, …); `actions` are requests to send as they stand. */
export type InsightDocument = { id: string; userId: string; showStatus: "active" | "archived" | "deleted"; syncStatus: "conflict" | "synced"; version: number; createdAt: string; updatedAt: string; deletedAt: string | null; kind: string; level: "celebration" | "critical" | "info" | "warning"; scope: string | null; category: string | null; rule: string | null; title: string; body: string; priority: number; related: Record<string, string>; actions: InsightAction[]; payload: Record<string, unknown> | null; status: "completed" | "dismissed" | "new" | "viewed"; source: "ai" | "manual" | "rule"; validUntil: string | null };

/** A request that a client can send as it stands. */
export type InsightAction = { type: string; label: string; method: "DELETE" | "GET" | "PATCH" | "POST" | "PUT"; path: string; body?: Record<string, unknown> | null };

/** Something to be earned, and how far the user is: `value` of `threshold`, in `unit`. */
export type HonourDocument = { id: string; key: string; title: string; description: string; icon: string; xp: number; unit: "check_ins" | "days" | "debts" | "goals" | "milestones" | "minutes"; threshold: number; value: number; progressPercent: number; earnedAt: string | null };

/** Something earned; `icon` is the name of a Lucide icon. */
export type AchievementDocument = { id: string; userId: string; showStatus: "active" | "archived" | "deleted"; syncStatus: "conflict" | "synced"; version: number; createdAt: string; updatedAt: string; deletedAt: string | null; key: string; title: string; description: string; icon: string; xp: number; unit: "check_ins" | "days" | "debts" | "goals" | "milestones" | "minutes"; threshold: number; earnedAt: string };

/** How far the points of what is earned lead; `progressPercent` is the way to the next level. */
export type Level = { level: number; xp: number; xpFrom: number; xpForNext: number; progressPercent: number; earned: number; total: number };

/** Whether there is a link, and since when; `url` is there once, when it is made. */
export type SharedLinksLinkDocument = { exists: boolean; createdAt: string | null; url?: string | null };

/** Whether there is a link, and since when; the addresses are there once, when it is made. */
export type PictureDocument = { exists: boolean; createdAt: string | null; chartUrl?: string | null; badgeUrl?: string | null };

/** `failingSince`, which moves by itself, is no part of version and ETag. */
export type WebhookDocument = { id: string; userId: string; showStatus: "active" | "archived" | "deleted"; syncStatus: "conflict" | "synced"; version: number; createdAt: string; updatedAt: string; deletedAt: string | null; url: string; description: string | null; events: ("entity:updated" | "insight:new" | "reminder")[]; entities: string[] | null; goalIds: string[] | null; status: "active" | "disabled" | "paused"; statusReason: string | null; statusSince: string; failingSince: string | null; oldSecretUntil: string | null };

/** `secret` is told once: when it is made. */
export type WebhookWithSecret = { id: string; userId: string; showStatus: "active" | "archived" | "deleted"; syncStatus: "conflict" | "synced"; version: number; createdAt: string; updatedAt: string; deletedAt: string | null; url: string; description: string | null; events: ("entity:updated" | "insight:new" | "reminder")[]; entities: string[] | null; goalIds: string[] | null; status: "active" | "disabled" | "paused"; statusReason: string | null; statusSince: string; failingSince: string | null; oldSecretUntil: string | null; secret?: string | null };

/** One event on its way: `id` is the `webhook-id` that its receiver sees. */
export type DeliveryDocument = { id: string; webhookId: string; event: "entity:updated" | "insight:new" | "reminder" | "webhook:test"; entity: string | null; entityId: string | null; operation: "create" | "delete" | "update" | null; seq: number | null; status: "delivered" | "failed" | "pending"; attempts: Attempt[]; nextAttemptAt: string | null; createdAt: string };

/** One try: what the receiver answered, or why there is no answer. */
export type Attempt = { at: string; statusCode: number | null; error: "connection_failed" | "gone" | "no_longer_known" | "not_accepted" | "not_http" | "redirected" | "secret_unreadable" | "target_refused" | "timed_out" | "tls_failed" | null; durationMs: number };

/** Results in the order of the changes, and a place in the journal from which pulling misses nothing. That is where the device said that it was, else where the journal stood before this push: what the push itself moved comes with the next pull. */
export type PushReply = { results: ChangeResult[]; serverTime: string; cursor: string };

/** What became of one change. `record` is the record as it stands now; its id differs from `id` where another device's record of the same was there first. `conflict` comes with status `conflict`, `error` with `rejected`. */
export type ChangeResult = { entity: string | null; id: string | null; status: "applied" | "conflict" | "merged" | "noop" | "rejected"; record?: unknown; conflict?: unknown; error?: ChangeError };

/** Why a change was rejected: as the error of an answer, without the id of a request. */
export type ChangeError = { code: string; message: string; details: Fault[]; context: Record<string, unknown> | null };

/** A page of changes, each record once, and where to go on. `cursor` is for the next pull; `serverTime`, the time of the page's last row, serves as well. `digest` comes with the last page: of every entity, what a device that holds the same computes. */
export type PullReply = { changes: PulledChange[]; serverTime: string; cursor: string; hasMore: boolean; digest?: Record<string, string> };

/** One record as a change left it; `data` is the record as GET gives it. `seq` orders changes. */
export type PulledChange = { operation: "create" | "delete" | "update"; entity: string; id: string; data: unknown; version: number; serverUpdatedAt: string; seq: number };

/** A conflict as it was decided, and the record as it stands with that. */
export type Resolved = { conflict: ConflictDocument; record: unknown };

/** A change that was not written. `fields` are those that both sides edited. `base` is the record as the device had seen it (null: unknown), `server` as it was here, `local` the fields that the device edited (null: it deleted the record). `serverVersion` is what resolving compares. */
export type ConflictDocument = { id: string; userId: string; showStatus: "active" | "archived" | "deleted"; syncStatus: "conflict" | "synced"; version: number; createdAt: string; updatedAt: string; deletedAt: string | null; entity: string; entityId: string; status: "open" | "resolved"; operation: "create" | "delete" | "update"; fields: string[]; base: unknown | null; server: unknown; local: unknown | null; serverVersion: number; localUpdatedAt: string; clientId: string | null; resolution: "merge" | "use_local" | "use_server" | null; resolvedAt: string | null };

/** The answer to registering and logging in: who one is, and a session. */
export type Welcome = { user: UserDocument; accessToken: string; refreshToken: string; expiresIn: number };

/** An account as its owner sees it. */
export type UserDocument = { id: string; email: string; username: string | null; fullName: string | null; baseCurrency: string; timezone: string; dayStartsAt: number; insightThresholds: number[] | null; createdAt: string; updatedAt: string };

/** What a client holds of its session; `expires_in` is of the access token, in seconds. */
export type TokenPair = { accessToken: string; refreshToken: string; expiresIn: number };

/** A log-in that stands; `current` is the one that asks. */
export type SessionDocument = { id: string; userAgent: string | null; address: string | null; createdAt: string; lastUsedAt: string; expiresAt: string; current: boolean };

/** The whole document, as a reader may decode it. */
export type ExportDocument = { format: string; version: number; exportedAt: string; user: UserDocument; sessions: SessionDocument[]; apiTokens: ApiTokenDocument[]; goals: GoalDocument[]; goalMilestones: Record<string, unknown>[]; goalCheckIns: CheckInDocument[]; goalTargets: Record<string, unknown>[]; tasks?: Record<string, unknown>[]; habits?: Record<string, unknown>[]; habitCompletions?: Record<string, unknown>[]; focusSessions?: Record<string, unknown>[]; budgets?: Record<string, unknown>[]; debts?: Record<string, unknown>[]; debtPayments?: Record<string, unknown>[]; transactions?: Record<string, unknown>[]; fxRates?: Record<string, unknown>[]; goalTasks?: Record<string, unknown>[]; goalHabits?: Record<string, unknown>[]; goalFinanceContributions?: Record<string, unknown>[]; insights?: Record<string, unknown>[]; achievements?: Record<string, unknown>[]; syncConflicts?: Record<string, unknown>[]; goalBeginnings?: Record<string, unknown>[]; budgetEntries?: Record<string, unknown>[]; journal: Record<string, unknown>[] };

/** An API token; `token` itself is there once, in the answer to its creation. */
export type ApiTokenDocument = { id: string; name: string; scopes: ("read" | "write")[]; createdAt: string; lastUsedAt: string | null; expiresAt: string | null; token?: string | null };

/** The process answers. */
export type Health = { status: "alive" | "ready"; version: string };

/** Each entity's records. */
export interface Records {
  goals: GoalDocument;
  goal_milestones: MilestoneDocument;
  goal_check_ins: CheckInDocument;
  goal_tasks: LinkRow;
  goal_habits: LinkRow;
  goal_finance_contributions: ContributionDocument;
  tasks: TaskDocument;
  habits: HabitDocument;
  habit_completions: CompletionDocument;
  focus_sessions: FocusDocument;
  budgets: BudgetDocument;
  debts: DebtDocument;
  debt_payments: PaymentDocument;
  transactions: TransactionDocument;
  fx_rates: FxRateDocument;
  insights: InsightDocument;
  achievements: AchievementDocument;
  sync_conflicts: ConflictDocument;
}

export interface Routes {
  /** List goals */
  "GET /goals": { query?: { page?: number | null; limit?: number; cursor?: string | null; sortOrder?: "asc" | "desc"; status?: "active" | "paused" | "completed" | "archived" | null; goalType?: "financial" | "health" | "education" | "productivity" | "personal" | null; metricType?: "none" | "amount" | "weight" | "count" | "duration" | "custom" | null; financeMode?: "save" | "spend" | "debt_close" | null; paceStatus?: "completed" | "paused" | "not_started" | "overdue" | "no_deadline" | "insufficient_data" | "ahead" | "on_track" | "at_risk" | "recovering" | "behind" | null; search?: string | null; targetDateFrom?: string | null; targetDateTo?: string | null; updatedSince?: string | null; showStatus?: "active" | "archived" | "deleted" | null; sortBy?: "position" | "createdAt" | "updatedAt" | "targetDate" | "title" | "progressPercent" }; answer: { data: GoalDocument[]; meta: ListMeta } };
  /** Create a goal */
  "POST /goals": { query?: { dryRun?: boolean }; body: CreateGoal; answer: { data: GoalDocument; meta: Record<string, unknown> | null } };
  /** Get a goal */
  "GET /goals/{goal_id}": { path: { goal_id: string }; answer: { data: GoalDocument; meta: Record<string, unknown> | null } };
  /** Change a goal */
  "PATCH /goals/{goal_id}": { path: { goal_id: string }; query?: { dryRun?: boolean }; body: ChangeGoal; answer: { data: GoalDocument; meta: Record<string, unknown> | null } };
  /** Delete a goal */
  "DELETE /goals/{goal_id}": { path: { goal_id: string }; query?: { dryRun?: boolean }; answer: { data: GoalDocument; meta: Record<string, unknown> | null } };
  /** Summarize all goals */
  "GET /goals/summary": { answer: { data: SummaryDocument; meta: Record<string, unknown> | null } };
  /** Explain a goal's number */
  "GET /goals/{goal_id}/progress": { path: { goal_id: string }; answer: { data: ProgressDocument; meta: Record<string, unknown> | null } };
  /** Get what the linked worlds add up to */
  "GET /goals/{goal_id}/stats": { path: { goal_id: string }; answer: { data: Stats; meta: Record<string, unknown> | null } };
  /** Get a goal's history as a chart */
  "GET /goals/{goal_id}/series": { path: { goal_id: string }; query?: { from?: string | null; to?: string | null; bucket?: "day" | "week" | "month" }; answer: { data: Series; meta: Record<string, unknown> | null } };
  /** Delete up to 100 goals at once */
  "POST /goals/bulk-delete": { query?: { dryRun?: boolean }; body: BulkDelete; answer: { data: BulkReply; meta: Record<string, unknown> | null } };
  /** Pause a goal */
  "POST /goals/{goal_id}/pause": { path: { goal_id: string }; query?: { dryRun?: boolean }; answer: { data: GoalDocument; meta: Record<string, unknown> | null } };
  /** Resume a paused goal */
  "POST /goals/{goal_id}/resume": { path: { goal_id: string }; query?: { dryRun?: boolean }; answer: { data: GoalDocument; meta: Record<string, unknown> | null } };
  /** Reactivate a completed goal */
  "POST /goals/{goal_id}/reactivate": { path: { goal_id: string }; query?: { dryRun?: boolean }; answer: { data: GoalDocument; meta: Record<string, unknown> | null } };
  /** Archive a goal */
  "POST /goals/{goal_id}/archive": { path: { goal_id: string }; query?: { dryRun?: boolean }; answer: { data: GoalDocument; meta: Record<string, unknown> | null } };
  /** Restore a goal */
  "POST /goals/{goal_id}/restore": { path: { goal_id: string }; query?: { dryRun?: boolean }; answer: { data: GoalDocument; meta: Record<string, unknown> | null } };
  /** Complete a goal */
  "POST /goals/{goal_id}/complete": { path: { goal_id: string }; query?: { dryRun?: boolean }; body?: CompleteGoal; answer: { data: GoalDocument; meta: Record<string, unknown> | null } };
  /** Check in: record a fact */
  "POST /goals/{goal_id}/check-in": { path: { goal_id: string }; query?: { dryRun?: boolean }; body?: RecordCheckIn; answer: { data: CheckInReply; meta: Record<string, unknown> | null } };
  /** List a goal's check-ins, newest first */
  "GET /goals/{goal_id}/check-ins": { path: { goal_id: string }; query?: { page?: number | null; limit?: number; cursor?: string | null; sortOrder?: "asc" | "desc"; sourceType?: "manual" | "task" | "habit" | "finance" | "focus" | null; dateFrom?: string | null; dateTo?: string | null; showStatus?: "active" | "archived" | "deleted"; sortBy?: "dateKey" | "createdAt" }; answer: { data: CheckInDocument[]; meta: ListMeta } };
  /** Get a check-in */
  "GET /goals/{goal_id}/check-ins/{check_in_id}": { path: { goal_id: string; check_in_id: string }; answer: { data: CheckInDocument; meta: Record<string, unknown> | null } };
  /** Mend a check-in */
  "PATCH /goals/{goal_id}/check-ins/{check_in_id}": { path: { goal_id: string; check_in_id: string }; query?: { dryRun?: boolean }; body: ChangeCheckIn; answer: { data: CheckInDocument; meta: Record<string, unknown> | null } };
  /** Undo a check-in */
  "DELETE /goals/{goal_id}/check-ins/{check_in_id}": { path: { goal_id: string; check_in_id: string }; query?: { dryRun?: boolean }; answer: { data: CheckInDocument; meta: Record<string, unknown> | null } };
  /** List a goal's milestones, in their order */
  "GET /goals/{goal_id}/milestones": { path: { goal_id: string }; answer: { data: MilestoneDocument[]; meta: Record<string, unknown> | null } };
  /** Add a milestone */
  "POST /goals/{goal_id}/milestones": { path: { goal_id: string }; query?: { dryRun?: boolean }; body: AddMilestone; answer: { data: MilestoneDocument; meta: Record<string, unknown> | null } };
  /** Replace all milestones */
  "PUT /goals/{goal_id}/milestones": { path: { goal_id: string }; query?: { dryRun?: boolean }; body: ReplaceMilestones; answer: { data: MilestoneDocument[]; meta: Record<string, unknown> | null } };
  /** Get a milestone */
  "GET /goals/{goal_id}/milestones/{milestone_id}": { path: { goal_id: string; milestone_id: string }; answer: { data: MilestoneDocument; meta: Record<string, unknown> | null } };
  /** Change a milestone */
  "PATCH /goals/{goal_id}/milestones/{milestone_id}": { path: { goal_id: string; milestone_id: string }; query?: { dryRun?: boolean }; body: ChangeMilestone; answer: { data: MilestoneDocument; meta: Record<string, unknown> | null } };
  /** Remove a milestone */
  "DELETE /goals/{goal_id}/milestones/{milestone_id}": { path: { goal_id: string; milestone_id: string }; query?: { dryRun?: boolean }; answer: { data: MilestoneDocument; meta: Record<string, unknown> | null } };
  /** List a goal's tasks */
  "GET /goals/{goal_id}/tasks": { path: { goal_id: string }; query?: { page?: number | null; limit?: number; cursor?: string | null; sortOrder?: "asc" | "desc"; showStatus?: "active" | "archived" | "deleted"; sortBy?: "createdAt" | "updatedAt" | "dueDate" | "title" | "priority" | "status"; status?: "inbox" | "planned" | "in_progress" | "completed" | "canceled" | "moved" | "overdue" | null }; answer: { data: LinkedTask[]; meta: ListMeta } };
  /** List a goal's habits */
  "GET /goals/{goal_id}/habits": { path: { goal_id: string }; query?: { page?: number | null; limit?: number; cursor?: string | null; sortOrder?: "asc" | "desc"; showStatus?: "active" | "archived" | "deleted"; sortBy?: "createdAt" | "updatedAt" | "title"; status?: "active" | "paused" | "archived" | null }; answer: { data: LinkedHabit[]; meta: ListMeta } };
  /** Link a task to a goal */
  "PUT /goals/{goal_id}/tasks/{task_id}": { path: { goal_id: string; task_id: string }; query?: { dryRun?: boolean }; body?: LinkTerms; answer: { data: LinkRow; meta: Record<string, unknown> | null } };
  /** Unlink a task from a goal */
  "DELETE /goals/{goal_id}/tasks/{task_id}": { path: { goal_id: string; task_id: string }; query?: { dryRun?: boolean }; answer: { data: LinkRow; meta: Record<string, unknown> | null } };
  /** Link a habit to a goal */
  "PUT /goals/{goal_id}/habits/{habit_id}": { path: { goal_id: string; habit_id: string }; query?: { dryRun?: boolean }; body?: LinkTerms; answer: { data: LinkRow; meta: Record<string, unknown> | null } };
  /** Unlink a habit from a goal */
  "DELETE /goals/{goal_id}/habits/{habit_id}": { path: { goal_id: string; habit_id: string }; query?: { dryRun?: boolean }; answer: { data: LinkRow; meta: Record<string, unknown> | null } };
  /** List tasks */
  "GET /tasks": { query?: { page?: number | null; limit?: number; cursor?: string | null; sortOrder?: "asc" | "desc"; showStatus?: "active" | "archived" | "deleted"; sortBy?: "createdAt" | "updatedAt" | "dueDate" | "title" | "priority" | "status"; status?: "inbox" | "planned" | "in_progress" | "completed" | "canceled" | "moved" | "overdue" | null; priority?: "low" | "medium" | "high" | null; goalId?: string | null; habitId?: string | null; parentTaskId?: string | null; search?: string | null; dueDateFrom?: string | null; dueDateTo?: string | null; updatedSince?: string | null }; answer: { data: TaskDocument[]; meta: ListMeta } };
  /** Create a task */
  "POST /tasks": { query?: { dryRun?: boolean }; body: CreateTask; answer: { data: TaskDocument; meta: Record<string, unknown> | null } };
  /** Get a task */
  "GET /tasks/{record_id}": { path: { record_id: string }; answer: { data: TaskDocument; meta: Record<string, unknown> | null } };
  /** Change a task */
  "PATCH /tasks/{record_id}": { path: { record_id: string }; query?: { dryRun?: boolean }; body: ChangeTask; answer: { data: TaskDocument; meta: Record<string, unknown> | null } };
  /** Delete a task */
  "DELETE /tasks/{record_id}": { path: { record_id: string }; query?: { dryRun?: boolean }; answer: { data: TaskDocument; meta: Record<string, unknown> | null } };
  /** Restore a deleted task */
  "POST /tasks/{record_id}/restore": { path: { record_id: string }; query?: { dryRun?: boolean }; answer: { data: TaskDocument; meta: Record<string, unknown> | null } };
  /** Complete a task */
  "POST /tasks/{record_id}/complete": { path: { record_id: string }; query?: { dryRun?: boolean }; answer: { data: TaskDocument; meta: Record<string, unknown> | null } };
  /** Reopen a completed or canceled task */
  "POST /tasks/{record_id}/reopen": { path: { record_id: string }; query?: { dryRun?: boolean }; answer: { data: TaskDocument; meta: Record<string, unknown> | null } };
  /** List habits */
  "GET /habits": { query?: { page?: number | null; limit?: number; cursor?: string | null; sortOrder?: "asc" | "desc"; showStatus?: "active" | "archived" | "deleted"; sortBy?: "createdAt" | "updatedAt" | "title"; status?: "active" | "paused" | "archived" | null; habitType?: "health" | "finance" | "productivity" | "education" | "personal" | "custom" | null; frequency?: "daily" | "weekly" | "custom" | null; goalId?: string | null }; answer: { data: HabitDocument[]; meta: ListMeta } };
  /** Create a habit */
  "POST /habits": { query?: { dryRun?: boolean }; body: CreateHabit; answer: { data: HabitDocument; meta: Record<string, unknown> | null } };
  /** Get a habit */
  "GET /habits/{record_id}": { path: { record_id: string }; answer: { data: HabitDocument; meta: Record<string, unknown> | null } };
  /** Change a habit */
  "PATCH /habits/{record_id}": { path: { record_id: string }; query?: { dryRun?: boolean }; body: ChangeHabit; answer: { data: HabitDocument; meta: Record<string, unknown> | null } };
  /** Delete a habit */
  "DELETE /habits/{record_id}": { path: { record_id: string }; query?: { dryRun?: boolean }; answer: { data: HabitDocument; meta: Record<string, unknown> | null } };
  /** Restore a deleted habit */
  "POST /habits/{record_id}/restore": { path: { record_id: string }; query?: { dryRun?: boolean }; answer: { data: HabitDocument; meta: Record<string, unknown> | null } };
  /** Say how a day of a habit went */
  "POST /habits/{record_id}/complete": { path: { record_id: string }; query?: { dryRun?: boolean }; body: CompleteHabit; answer: { data: CompletedHabit; meta: Record<string, unknown> | null } };
  /** List what was said of a habit's days */
  "GET /habits/{record_id}/history": { path: { record_id: string }; query?: { page?: number | null; limit?: number; cursor?: string | null; sortOrder?: "asc" | "desc"; showStatus?: "active" | "archived" | "deleted"; sortBy?: "dateKey" | "createdAt" | "updatedAt"; status?: "done" | "miss" | "skip" | null; dateFrom?: string | null; dateTo?: string | null }; answer: { data: CompletionDocument[]; meta: ListMeta } };
  /** Take back what was said of a day */
  "DELETE /habits/{record_id}/history/{completion_id}": { path: { record_id: string; completion_id: string }; query?: { dryRun?: boolean }; answer: { data: CompletionDocument; meta: Record<string, unknown> | null } };
  /** Get how a habit goes */
  "GET /habits/{record_id}/stats": { path: { record_id: string }; answer: { data: HabitStats; meta: Record<string, unknown> | null } };
  /** Get the minutes of all completed sessions */
  "GET /focus-sessions/stats": { answer: { data: FocusStats; meta: Record<string, unknown> | null } };
  /** Start a focus session */
  "POST /focus-sessions/start": { query?: { dryRun?: boolean }; body: StartFocus; answer: { data: FocusDocument; meta: Record<string, unknown> | null } };
  /** List focus sessions */
  "GET /focus-sessions": { query?: { page?: number | null; limit?: number; cursor?: string | null; sortOrder?: "asc" | "desc"; showStatus?: "active" | "archived" | "deleted"; sortBy?: "createdAt" | "updatedAt" | "startedAt" | "plannedMinutes"; status?: "in_progress" | "paused" | "completed" | "canceled" | null; taskId?: string | null; goalId?: string | null; dateFrom?: string | null; dateTo?: string | null }; answer: { data: FocusDocument[]; meta: ListMeta } };
  /** Create a focus session */
  "POST /focus-sessions": { query?: { dryRun?: boolean }; body: CreateFocus; answer: { data: FocusDocument; meta: Record<string, unknown> | null } };
  /** Get a focus session */
  "GET /focus-sessions/{record_id}": { path: { record_id: string }; answer: { data: FocusDocument; meta: Record<string, unknown> | null } };
  /** Change a focus session */
  "PATCH /focus-sessions/{record_id}": { path: { record_id: string }; query?: { dryRun?: boolean }; body: ChangeFocus; answer: { data: FocusDocument; meta: Record<string, unknown> | null } };
  /** Delete a focus session */
  "DELETE /focus-sessions/{record_id}": { path: { record_id: string }; query?: { dryRun?: boolean }; answer: { data: FocusDocument; meta: Record<string, unknown> | null } };
  /** Restore a deleted focus session */
  "POST /focus-sessions/{record_id}/restore": { path: { record_id: string }; query?: { dryRun?: boolean }; answer: { data: FocusDocument; meta: Record<string, unknown> | null } };
  /** Complete a focus session */
  "POST /focus-sessions/{record_id}/complete": { path: { record_id: string }; query?: { dryRun?: boolean }; body?: CompleteFocus; answer: { data: FocusDocument; meta: Record<string, unknown> | null } };
  /** Pause a focus session */
  "PATCH /focus-sessions/{record_id}/pause": { path: { record_id: string }; query?: { dryRun?: boolean }; answer: { data: FocusDocument; meta: Record<string, unknown> | null } };
  /** Resume a paused focus session */
  "PATCH /focus-sessions/{record_id}/resume": { path: { record_id: string }; query?: { dryRun?: boolean }; answer: { data: FocusDocument; meta: Record<string, unknown> | null } };
  /** Cancel a focus session */
  "POST /focus-sessions/{record_id}/cancel": { path: { record_id: string }; query?: { dryRun?: boolean }; answer: { data: FocusDocument; meta: Record<string, unknown> | null } };
  /** List what transactions gave to a goal */
  "GET /goals/{goal_id}/contributions": { path: { goal_id: string }; query?: { page?: number | null; limit?: number; cursor?: string | null; sortOrder?: "asc" | "desc"; via?: "goal" | "budget" | "debt" | null; transactionId?: string | null; dateFrom?: string | null; dateTo?: string | null; sortBy?: "date" | "createdAt" }; answer: { data: ContributionDocument[]; meta: ListMeta } };
  /** Get how a goal's money stands */
  "GET /goals/{goal_id}/finance-progress": { path: { goal_id: string }; answer: { data: FinanceProgress; meta: Record<string, unknown> | null } };
  /** Tie a goal to a budget */
  "POST /goals/{goal_id}/link-budget": { path: { goal_id: string }; query?: { dryRun?: boolean }; body: LinkBudget; answer: { data: GoalDocument; meta: Record<string, unknown> | null } };
  /** Tie a goal to a debt */
  "POST /goals/{goal_id}/link-debt": { path: { goal_id: string }; query?: { dryRun?: boolean }; body: LinkDebt; answer: { data: GoalDocument; meta: Record<string, unknown> | null } };
  /** Untie a goal from its budget */
  "DELETE /goals/{goal_id}/unlink-budget": { path: { goal_id: string }; query?: { dryRun?: boolean }; answer: { data: GoalDocument; meta: Record<string, unknown> | null } };
  /** Untie a goal from its budget */
  "POST /goals/{goal_id}/unlink-budget": { path: { goal_id: string }; query?: { dryRun?: boolean }; answer: { data: GoalDocument; meta: Record<string, unknown> | null } };
  /** Untie a goal from its debt */
  "DELETE /goals/{goal_id}/unlink-debt": { path: { goal_id: string }; query?: { dryRun?: boolean }; answer: { data: GoalDocument; meta: Record<string, unknown> | null } };
  /** Untie a goal from its debt */
  "POST /goals/{goal_id}/unlink-debt": { path: { goal_id: string }; query?: { dryRun?: boolean }; answer: { data: GoalDocument; meta: Record<string, unknown> | null } };
  /** Ask what would be */
  "POST /goals/{goal_id}/simulate": { path: { goal_id: string }; query?: { dryRun?: boolean }; body?: Simulate; answer: { data: Simulation; meta: Record<string, unknown> | null } };
  /** List budgets */
  "GET /budgets": { query?: { page?: number | null; limit?: number; cursor?: string | null; sortOrder?: "asc" | "desc"; showStatus?: "active" | "archived" | "deleted"; sortBy?: "createdAt" | "updatedAt" | "name" | "currency" | "limitAmount" | "startDate" | "endDate"; budgetType?: "category" | "project" | null; transactionType?: "income" | "expense" | null; currency?: string | null; periodType?: "none" | "weekly" | "monthly" | "custom_range" | null; linkedGoalId?: string | null }; answer: { data: BudgetDocument[]; meta: ListMeta } };
  /** Create a budget */
  "POST /budgets": { query?: { dryRun?: boolean }; body: CreateBudget; answer: { data: BudgetDocument; meta: Record<string, unknown> | null } };
  /** Get a budget */
  "GET /budgets/{record_id}": { path: { record_id: string }; answer: { data: BudgetDocument; meta: Record<string, unknown> | null } };
  /** Change a budget */
  "PATCH /budgets/{record_id}": { path: { record_id: string }; query?: { dryRun?: boolean }; body: ChangeBudget; answer: { data: BudgetDocument; meta: Record<string, unknown> | null } };
  /** Delete a budget */
  "DELETE /budgets/{record_id}": { path: { record_id: string }; query?: { dryRun?: boolean }; answer: { data: BudgetDocument; meta: Record<string, unknown> | null } };
  /** Restore a deleted budget */
  "POST /budgets/{record_id}/restore": { path: { record_id: string }; query?: { dryRun?: boolean }; answer: { data: BudgetDocument; meta: Record<string, unknown> | null } };
  /** List debts */
  "GET /debts": { query?: { page?: number | null; limit?: number; cursor?: string | null; sortOrder?: "asc" | "desc"; showStatus?: "active" | "archived" | "deleted"; sortBy?: "createdAt" | "updatedAt" | "counterpartyName" | "principalAmount" | "startDate" | "dueDate"; direction?: "i_owe" | "they_owe_me" | null; status?: "active" | "paid" | "overdue" | "canceled" | null; principalCurrency?: string | null; linkedGoalId?: string | null; dueDateFrom?: string | null; dueDateTo?: string | null }; answer: { data: DebtDocument[]; meta: ListMeta } };
  /** Create a debt */
  "POST /debts": { query?: { dryRun?: boolean }; body: CreateDebt; answer: { data: DebtDocument; meta: Record<string, unknown> | null } };
  /** Get a debt */
  "GET /debts/{record_id}": { path: { record_id: string }; answer: { data: DebtDocument; meta: Record<string, unknown> | null } };
  /** Change a debt */
  "PATCH /debts/{record_id}": { path: { record_id: string }; query?: { dryRun?: boolean }; body: ChangeDebt; answer: { data: DebtDocument; meta: Record<string, unknown> | null } };
  /** Delete a debt */
  "DELETE /debts/{record_id}": { path: { record_id: string }; query?: { dryRun?: boolean }; answer: { data: DebtDocument; meta: Record<string, unknown> | null } };
  /** Restore a deleted debt */
  "POST /debts/{record_id}/restore": { path: { record_id: string }; query?: { dryRun?: boolean }; answer: { data: DebtDocument; meta: Record<string, unknown> | null } };
  /** Plan how debts are paid off */
  "GET /debts/payoff-plan": { query?: { strategy?: "avalanche" | "snowball"; extraPerMonth?: number | string }; answer: { data: PayoffPlan[]; meta: Record<string, unknown> | null } };
  /** Pay all that remains of a debt */
  "POST /debts/{record_id}/settle": { path: { record_id: string }; query?: { dryRun?: boolean }; body?: SettleDebt; answer: { data: DebtDocument; meta: Record<string, unknown> | null } };
  /** List a debt's payments */
  "GET /debts/{record_id}/payments": { path: { record_id: string }; query?: { page?: number | null; limit?: number; cursor?: string | null; sortOrder?: "asc" | "desc"; showStatus?: "active" | "archived" | "deleted"; sortBy?: "createdAt" | "updatedAt" | "paymentDate"; paymentDateFrom?: string | null; paymentDateTo?: string | null }; answer: { data: PaymentDocument[]; meta: ListMeta } };
  /** Record a payment of a debt */
  "POST /debts/{record_id}/payments": { path: { record_id: string }; query?: { dryRun?: boolean }; body: CreatePayment; answer: { data: PaymentDocument; meta: Record<string, unknown> | null } };
  /** Get a payment */
  "GET /debts/{record_id}/payments/{payment_id}": { path: { record_id: string; payment_id: string }; answer: { data: PaymentDocument; meta: Record<string, unknown> | null } };
  /** Change a payment */
  "PATCH /debts/{record_id}/payments/{payment_id}": { path: { record_id: string; payment_id: string }; query?: { dryRun?: boolean }; body: ChangePayment; answer: { data: PaymentDocument; meta: Record<string, unknown> | null } };
  /** Delete a payment */
  "DELETE /debts/{record_id}/payments/{payment_id}": { path: { record_id: string; payment_id: string }; query?: { dryRun?: boolean }; answer: { data: PaymentDocument; meta: Record<string, unknown> | null } };
  /** List transactions */
  "GET /transactions": { query?: { page?: number | null; limit?: number; cursor?: string | null; sortOrder?: "asc" | "desc"; showStatus?: "active" | "archived" | "deleted"; sortBy?: "createdAt" | "updatedAt" | "date" | "amount"; type?: "income" | "expense" | "transfer" | null; search?: string | null; currency?: string | null; categoryId?: string | null; goalId?: string | null; budgetId?: string | null; debtId?: string | null; habitId?: string | null; dateFrom?: string | null; dateTo?: string | null }; answer: { data: TransactionDocument[]; meta: ListMeta } };
  /** Create a transaction */
  "POST /transactions": { query?: { dryRun?: boolean }; body: CreateTransaction; answer: { data: TransactionDocument; meta: Record<string, unknown> | null } };
  /** Get a transaction */
  "GET /transactions/{record_id}": { path: { record_id: string }; answer: { data: TransactionDocument; meta: Record<string, unknown> | null } };
  /** Change a transaction */
  "PATCH /transactions/{record_id}": { path: { record_id: string }; query?: { dryRun?: boolean }; body: ChangeTransaction; answer: { data: TransactionDocument; meta: Record<string, unknown> | null } };
  /** Delete a transaction */
  "DELETE /transactions/{record_id}": { path: { record_id: string }; query?: { dryRun?: boolean }; answer: { data: TransactionDocument; meta: Record<string, unknown> | null } };
  /** Restore a deleted transaction */
  "POST /transactions/{record_id}/restore": { path: { record_id: string }; query?: { dryRun?: boolean }; answer: { data: TransactionDocument; meta: Record<string, unknown> | null } };
  /** List rates of exchange */
  "GET /fx-rates": { query?: { page?: number | null; limit?: number; cursor?: string | null; sortOrder?: "asc" | "desc"; showStatus?: "active" | "archived" | "deleted"; sortBy?: "createdAt" | "updatedAt" | "date"; from?: string | null; to?: string | null; date?: string | null }; answer: { data: FxRateDocument[]; meta: ListMeta } };
  /** Put the rate of a pair of currencies from a day on */
  "PUT /fx-rates": { query?: { dryRun?: boolean }; body: QuoteRate; answer: { data: FxRateDocument; meta: Record<string, unknown> | null } };
  /** List insights */
  "GET /insights": { query?: { page?: number | null; limit?: number; cursor?: string | null; sortOrder?: "asc" | "desc"; showStatus?: "active" | "archived" | "deleted"; sortBy?: "createdAt" | "updatedAt" | "priority"; status?: "new" | "viewed" | "completed" | "dismissed" | null; level?: "info" | "warning" | "critical" | "celebration" | null; rule?: string | null; kind?: string | null; scope?: string | null; category?: string | null; source?: "rule" | "manual" | "ai" | null; goalId?: string | null; updatedSince?: string | null }; answer: { data: InsightDocument[]; meta: ListMeta } };
  /** Create a insight */
  "POST /insights": { query?: { dryRun?: boolean }; body: CreateInsight; answer: { data: InsightDocument; meta: Record<string, unknown> | null } };
  /** Get a insight */
  "GET /insights/{record_id}": { path: { record_id: string }; answer: { data: InsightDocument; meta: Record<string, unknown> | null } };
  /** Change a insight */
  "PATCH /insights/{record_id}": { path: { record_id: string }; query?: { dryRun?: boolean }; body: ChangeInsight; answer: { data: InsightDocument; meta: Record<string, unknown> | null } };
  /** Delete a insight */
  "DELETE /insights/{record_id}": { path: { record_id: string }; query?: { dryRun?: boolean }; answer: { data: InsightDocument; meta: Record<string, unknown> | null } };
  /** Restore a deleted insight */
  "POST /insights/{record_id}/restore": { path: { record_id: string }; query?: { dryRun?: boolean }; answer: { data: InsightDocument; meta: Record<string, unknown> | null } };
  /** View an insight */
  "PATCH /insights/{record_id}/view": { path: { record_id: string }; query?: { dryRun?: boolean }; answer: { data: InsightDocument; meta: Record<string, unknown> | null } };
  /** Dismiss an insight */
  "PATCH /insights/{record_id}/dismiss": { path: { record_id: string }; query?: { dryRun?: boolean }; answer: { data: InsightDocument; meta: Record<string, unknown> | null } };
  /** Complete an insight */
  "PATCH /insights/{record_id}/complete": { path: { record_id: string }; query?: { dryRun?: boolean }; answer: { data: InsightDocument; meta: Record<string, unknown> | null } };
  /** List all there is to be earned */
  "GET /achievements": { query?: { page?: number; limit?: number }; answer: { data: HonourDocument[]; meta: ListMeta } };
  /** List what one has earned */
  "GET /users/me/achievements": { query?: { page?: number | null; limit?: number; cursor?: string | null; sortOrder?: "asc" | "desc"; showStatus?: "active" | "archived" | "deleted"; sortBy?: "earnedAt" | "createdAt" | "updatedAt" }; answer: { data: AchievementDocument[]; meta: ListMeta } };
  /** Get one's level */
  "GET /users/me/level": { answer: { data: Level; meta: Record<string, unknown> | null } };
  /** Get whether the calendar has an address, and since when */
  "GET /users/me/calendar": { answer: { data: SharedLinksLinkDocument; meta: Record<string, unknown> | null } };
  /** Make the calendar's secret address, or another one */
  "POST /users/me/calendar": { query?: { dryRun?: boolean }; answer: { data: SharedLinksLinkDocument; meta: Record<string, unknown> | null } };
  /** End the calendar's address: whoever has it finds nothing there */
  "DELETE /users/me/calendar": { query?: { dryRun?: boolean }; answer: { data: SharedLinksLinkDocument; meta: Record<string, unknown> | null } };
  /** Make the secret link to a goal's pictures, or another one */
  "POST /goals/{goal_id}/pictures": { path: { goal_id: string }; query?: { dryRun?: boolean }; answer: { data: PictureDocument; meta: Record<string, unknown> | null } };
  /** Get whether a goal's pictures have a link, and since when */
  "GET /goals/{goal_id}/pictures": { path: { goal_id: string }; answer: { data: PictureDocument; meta: Record<string, unknown> | null } };
  /** End the link to a goal's pictures: whoever has it finds nothing there */
  "DELETE /goals/{goal_id}/pictures": { path: { goal_id: string }; query?: { dryRun?: boolean }; answer: { data: PictureDocument; meta: Record<string, unknown> | null } };
  /** List webhooks */
  "GET /webhooks": { query?: { page?: number | null; limit?: number; cursor?: string | null; sortOrder?: "asc" | "desc"; showStatus?: "active" | "archived" | "deleted"; sortBy?: "createdAt" | "updatedAt"; status?: "active" | "paused" | "disabled" | null }; answer: { data: WebhookDocument[]; meta: ListMeta } };
  /** Create a webhook */
  "POST /webhooks": { query?: { dryRun?: boolean }; body: CreateWebhook; answer: { data: WebhookWithSecret; meta: Record<string, unknown> | null } };
  /** Get a webhook */
  "GET /webhooks/{record_id}": { path: { record_id: string }; answer: { data: WebhookDocument; meta: Record<string, unknown> | null } };
  /** Change a webhook */
  "PATCH /webhooks/{record_id}": { path: { record_id: string }; query?: { dryRun?: boolean }; body: ChangeWebhook; answer: { data: WebhookDocument; meta: Record<string, unknown> | null } };
  /** Delete a webhook */
  "DELETE /webhooks/{record_id}": { path: { record_id: string }; query?: { dryRun?: boolean }; answer: { data: WebhookDocument; meta: Record<string, unknown> | null } };
  /** Restore a deleted webhook */
  "POST /webhooks/{record_id}/restore": { path: { record_id: string }; query?: { dryRun?: boolean }; answer: { data: WebhookDocument; meta: Record<string, unknown> | null } };
  /** Give a webhook another secret */
  "POST /webhooks/{record_id}/rotate-secret": { path: { record_id: string }; query?: { dryRun?: boolean }; answer: { data: WebhookWithSecret; meta: Record<string, unknown> | null } };
  /** Send a webhook a test */
  "POST /webhooks/{record_id}/test": { path: { record_id: string }; query?: { dryRun?: boolean }; answer: { data: DeliveryDocument; meta: Record<string, unknown> | null } };
  /** Let a webhook go on from a cursor or serverTime */
  "POST /webhooks/{record_id}/replay": { path: { record_id: string }; query?: { dryRun?: boolean }; body: ReplayWebhook; answer: { data: WebhookDocument; meta: Record<string, unknown> | null } };
  /** List a webhook's deliveries */
  "GET /webhooks/{record_id}/deliveries": { path: { record_id: string }; query?: { page?: number | null; limit?: number; cursor?: string | null; sortOrder?: "asc" | "desc"; status?: "pending" | "delivered" | "failed" | null; event?: "entity:updated" | "insight:new" | "reminder" | "webhook:test" | null; entity?: "goals" | "goal_milestones" | "goal_check_ins" | "goal_tasks" | "goal_habits" | "goal_finance_contributions" | "tasks" | "habits" | "habit_completions" | "focus_sessions" | "budgets" | "debts" | "debt_payments" | "transactions" | "fx_rates" | "insights" | "achievements" | "sync_conflicts" | null; sortBy?: "createdAt" }; answer: { data: DeliveryDocument[]; meta: ListMeta } };
  /** Get one delivery of a webhook */
  "GET /webhooks/{record_id}/deliveries/{delivery_id}": { path: { record_id: string; delivery_id: string }; answer: { data: DeliveryDocument; meta: Record<string, unknown> | null } };
  /** Send one delivery again */
  "POST /webhooks/{record_id}/deliveries/{delivery_id}/replay": { path: { record_id: string; delivery_id: string }; query?: { dryRun?: boolean }; answer: { data: DeliveryDocument; meta: Record<string, unknown> | null } };
  /** Push what a device did */
  "POST /sync/push": { query?: { dryRun?: boolean }; body: PushChanges; answer: { data: PushReply; meta: Record<string, unknown> | null } };
  /** Pull what is new */
  "GET /sync/pull": { query?: { since?: string | null; limit?: number; entities?: ("goals" | "goal_milestones" | "goal_check_ins" | "goal_tasks" | "goal_habits" | "goal_finance_contributions" | "tasks" | "habits" | "habit_completions" | "focus_sessions" | "budgets" | "debts" | "debt_payments" | "transactions" | "fx_rates" | "insights" | "achievements" | "sync_conflicts")[] | null }; answer: { data: PullReply; meta: Record<string, unknown> | null } };
  /** Decide a conflict */
  "POST /sync/resolve-conflict": { query?: { dryRun?: boolean }; body: ResolveConflict; answer: { data: Resolved; meta: Record<string, unknown> | null } };
  /** List conflicts */
  "GET /sync/conflicts": { query?: { page?: number | null; limit?: number; cursor?: string | null; sortOrder?: "asc" | "desc"; showStatus?: "active" | "archived" | "deleted"; sortBy?: "createdAt" | "updatedAt"; status?: "open" | "resolved"; entity?: "goals" | "goal_milestones" | "goal_check_ins" | "goal_tasks" | "goal_habits" | "goal_finance_contributions" | "tasks" | "habits" | "habit_completions" | "focus_sessions" | "budgets" | "debts" | "debt_payments" | "transactions" | "fx_rates" | "insights" | "achievements" | "sync_conflicts" | null }; answer: { data: ConflictDocument[]; meta: ListMeta } };
  /** Register with an e-mail address and a password */
  "POST /auth/register": { body: Register; answer: { data: Welcome; meta: Record<string, unknown> | null } };
  /** Log in */
  "POST /auth/login": { body: LogIn; answer: { data: Welcome; meta: Record<string, unknown> | null } };
  /** Exchange a refresh token for the next pair */
  "POST /auth/refresh": { body: RefreshSession; answer: { data: TokenPair; meta: Record<string, unknown> | null } };
  /** Log out: end the session of the access token */
  "POST /auth/logout": { answer: { data: SessionDocument; meta: Record<string, unknown> | null } };
  /** List where one is logged in */
  "GET /auth/sessions": { query?: { page?: number; limit?: number }; answer: { data: SessionDocument[]; meta: ListMeta } };
  /** End one of one's sessions, be it the current one */
  "DELETE /auth/sessions/{session_id}": { path: { session_id: string }; query?: { dryRun?: boolean }; answer: { data: SessionDocument; meta: Record<string, unknown> | null } };
  /** Get one's own account */
  "GET /auth/me": { answer: { data: UserDocument; meta: Record<string, unknown> | null } };
  /** Erase one's account with everything in it, for good */
  "DELETE /users/me": { query?: { dryRun?: boolean }; body?: EraseAccount; answer: { data: UserDocument; meta: Record<string, unknown> | null } };
  /** Change one's name, zone, currency, start of day or thresholds */
  "PATCH /users/me": { query?: { dryRun?: boolean }; body: ChangeAccount; answer: { data: UserDocument; meta: Record<string, unknown> | null } };
  /** Change one's password */
  "POST /users/me/password": { query?: { dryRun?: boolean }; body: ChangePassword; answer: { data: UserDocument; meta: Record<string, unknown> | null } };
  /** Get everything that is one's own as one JSON document */
  "GET /users/me/export": { answer: { data: ExportDocument; meta: Record<string, unknown> | null } };
  /** Create an API token */
  "POST /auth/tokens": { query?: { dryRun?: boolean }; body: CreateApiToken; answer: { data: ApiTokenDocument; meta: Record<string, unknown> | null } };
  /** List one's API tokens, newest first */
  "GET /auth/tokens": { query?: { page?: number; limit?: number }; answer: { data: ApiTokenDocument[]; meta: ListMeta } };
  /** Get one API token, without its secret */
  "GET /auth/tokens/{token_id}": { path: { token_id: string }; answer: { data: ApiTokenDocument; meta: Record<string, unknown> | null } };
  /** Revoke an API token; what it opened is closed at once */
  "DELETE /auth/tokens/{token_id}": { path: { token_id: string }; query?: { dryRun?: boolean }; answer: { data: ApiTokenDocument; meta: Record<string, unknown> | null } };
}

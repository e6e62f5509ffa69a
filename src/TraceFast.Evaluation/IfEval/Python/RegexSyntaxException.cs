namespace TraceFast.Evaluation.IfEval.Python;

/// <summary>A text is no regular expression by Python's rules; Python raises re.error for it.</summary>
internal sealed class RegexSyntaxException(string message, int position) : Exception($"{message} at position {position}");

/// <summary>A search took more steps than are allowed for its text: the pattern backtracks without end.</summary>
internal sealed class RegexBudgetException(string pattern) : Exception($"the pattern '{pattern}' needs too many steps on this text");

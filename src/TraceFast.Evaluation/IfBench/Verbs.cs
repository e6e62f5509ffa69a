using System.Collections.Frozen;
using TraceFast.Data.Files;
using TraceFast.Evaluation.IfEval.Python;

namespace TraceFast.Evaluation.IfBench;

/// <summary>
/// Which words are verbs where they stand first: a list written by hand, in place of NLTK's averaged perceptron tagger, whose trained
/// tables are not part of this program.
/// </summary>
internal static class Verbs
{
    private static readonly FrozenSet<string> s_forms = ResourceBlocks.Of(typeof(Verbs), "IfBench/verbs.txt").Words("verbs")
        .ToFrozenSet(StringComparer.Ordinal);

    /// <summary>In any case.</summary>
    public static bool Contains(string word) => s_forms.Contains(PythonString.Lower(word));
}

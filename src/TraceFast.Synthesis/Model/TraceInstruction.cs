using System.Globalization;
using System.Text;

namespace TraceFast.Synthesis.Model;

/// <summary>Writes an instruction as TRACE does: description, numbered constraints one a line, and the input under "# Inputs:".</summary>
internal static class TraceInstruction
{
    public static string Write(string description, IReadOnlyList<string> constraints, string input)
    {
        StringBuilder text = new(description);
        for (int i = 0; i < constraints.Count; i++)
            text.Append(CultureInfo.InvariantCulture, $"\n{i + 1}. {constraints[i]}");
        return input.Length == 0 ? text.ToString() : text.Append("\n# Inputs:\n").Append(input).ToString();
    }
}

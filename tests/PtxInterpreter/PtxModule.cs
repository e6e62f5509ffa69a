using System.Globalization;
using System.Text.RegularExpressions;

namespace TraceFast.PtxInterpreter;

/// <summary>One parameter of an entry: where it lies among the bytes of all of them.</summary>
internal sealed record PtxParameter(string Name, int Size, int Offset);

/// <summary>One instruction.</summary>
/// <param name="Line">1-based.</param>
/// <param name="Predicate">Register that decides whether it runs; null: always.</param>
/// <param name="Negated">Whether it runs where the predicate is false.</param>
internal sealed record PtxStatement(int Line, string? Predicate, bool Negated, string Operation, string[] Operands);

/// <summary>
/// The parsed text of one kernel: the part of PTX (parallel thread execution ISA 7.1) that ILGPU writes. Anything else is a
/// <see cref="FormatException"/> with its line.
/// </summary>
internal sealed partial class PtxModule
{
    private readonly Dictionary<string, int> _shared = [];
    private readonly Dictionary<string, int> _local = [];
    private readonly Dictionary<string, int> _labels = [];
    private readonly List<PtxParameter> _parameters = [];
    private readonly List<PtxStatement> _statements = [];

    public PtxModule(string text)
    {
        int number = 0;
        foreach (string raw in text.Split('\n'))
        {
            number++;
            int comment = raw.IndexOf("//", StringComparison.Ordinal);
            string line = (comment >= 0 ? raw[..comment] : raw).Trim();
            if (line.Length > 0 && line is not ("{" or "}" or ")") && !Directive(line) && !Declaration(line) && !Instruction(line, number))
                throw new FormatException($"PTX line {number}: {line}");
        }
    }

    public string Version { get; private set; } = "";

    public string Target { get; private set; } = "";

    public string Entry { get; private set; } = "";

    public int MaxThreads { get; private set; }

    public int ParameterBytes { get; private set; }

    public int SharedBytes { get; private set; }

    public int LocalBytes { get; private set; }

    public IReadOnlyList<PtxParameter> Parameters => _parameters;

    public IReadOnlyList<PtxStatement> Statements => _statements;

    /// <summary>Where a label points, as an index of <see cref="Statements"/>.</summary>
    public IReadOnlyDictionary<string, int> Labels => _labels;

    /// <summary>Offsets of variables in shared memory.</summary>
    public IReadOnlyDictionary<string, int> Shared => _shared;

    /// <summary>Offsets of variables in a thread's local memory.</summary>
    public IReadOnlyDictionary<string, int> Local => _local;

    /// <summary>Bytes of a type such as b32, f64 or u16.</summary>
    public static int Bytes(string type) => int.Parse(Digits().Match(type).ValueSpan, CultureInfo.InvariantCulture) / 8;

    private bool Directive(string line)
    {
        if (line.StartsWith(".version", StringComparison.Ordinal))
            Version = line[8..].Trim();
        else if (line.StartsWith(".target", StringComparison.Ordinal))
            Target = line[7..].Trim();
        else if (line.StartsWith(".maxntid", StringComparison.Ordinal))
            MaxThreads = int.Parse(line[8..].Split(',')[0], CultureInfo.InvariantCulture);
        else if (EntryLine().Match(line) is { Success: true } entry)
            Entry = entry.Groups[1].Value;
        else
            return line.StartsWith(".address_size", StringComparison.Ordinal) || line.StartsWith(".reg", StringComparison.Ordinal);
        return true;
    }

    private bool Declaration(string line)
    {
        if (ParameterLine().Match(line) is { Success: true } parameter)
        {
            int size = parameter.Groups["count"].Success ? Int(parameter, "count") : Bytes(parameter.Groups["type"].Value);
            int offset = Align(ParameterBytes, parameter.Groups["align"].Success ? Int(parameter, "align") : size);
            _parameters.Add(new PtxParameter(parameter.Groups["name"].Value, size, offset));
            ParameterBytes = offset + size;
            return true;
        }
        if (VariableLine().Match(line) is not { Success: true } variable)
            return false;
        bool isShared = variable.Groups["space"].Value == "shared";
        int at = Align(isShared ? SharedBytes : LocalBytes, Int(variable, "align"));
        (isShared ? _shared : _local)[variable.Groups["name"].Value] = at;
        if (isShared)
            SharedBytes = at + Int(variable, "count");
        else
            LocalBytes = at + Int(variable, "count");
        return true;
    }

    private bool Instruction(string line, int number)
    {
        if (LabelLine().Match(line) is { Success: true } label)
        {
            _labels[label.Groups[1].Value] = _statements.Count;
            return true;
        }
        if (InstructionLine().Match(line) is not { Success: true } match)
            return false;
        _statements.Add(new PtxStatement(
            number, match.Groups["predicate"].Success ? match.Groups["predicate"].Value : null, match.Groups["not"].Value == "!",
            match.Groups["operation"].Value, Operands(match.Groups["operands"].Value)));
        return true;
    }

    // Separated by commas outside of braces and brackets.
    private static string[] Operands(string text)
    {
        List<string> found = [];
        (int depth, int from) = (0, 0);
        for (int i = 0; i <= text.Length && text.Length > 0; i++)
        {
            char c = i < text.Length ? text[i] : ',';
            depth += c is '{' or '[' ? 1 : c is '}' or ']' ? -1 : 0;
            if (c != ',' || depth > 0)
                continue;
            found.Add(text[from..i].Trim());
            from = i + 1;
        }
        return [.. found];
    }

    private static int Align(int offset, int alignment) => (offset + alignment - 1) / alignment * alignment;

    private static int Int(Match match, string group) => int.Parse(match.Groups[group].ValueSpan, CultureInfo.InvariantCulture);

    [GeneratedRegex(@"\d+")]
    private static partial Regex Digits();

    [GeneratedRegex(@"^\.visible \.entry (\S+)\($")]
    private static partial Regex EntryLine();

    [GeneratedRegex(@"^\.param (?:\.align (?<align>\d+) )?\.(?<type>[a-z]\d+) (?<name>\w+)(?:\[(?<count>\d+)\])?,?$")]
    private static partial Regex ParameterLine();

    [GeneratedRegex(@"^\.(?<space>shared|local) \.align (?<align>\d+) \.b8 (?<name>\w+)\[(?<count>\d+)\];$")]
    private static partial Regex VariableLine();

    [GeneratedRegex(@"^(\w+):$")]
    private static partial Regex LabelLine();

    [GeneratedRegex(@"^(?:@(?<not>!?)(?<predicate>%p\d+)\s+)?(?<operation>[a-z][a-z0-9_.]*)\s*(?<operands>.*);$")]
    private static partial Regex InstructionLine();
}

using System.Globalization;
using System.Text.RegularExpressions;
using TraceFast.Data;
using TraceFast.Models.Files;

namespace TraceFast.Models.Lora;

/// <summary>
/// Which modules an adapter's settings select, with which rank and scaling. Same rules as PEFT's check_target_module_exists
/// (tuners_utils.py) and get_pattern_key (other.py).
/// </summary>
internal sealed class LoraTargeting
{
    private static readonly TimeSpan s_matchLimit = TimeSpan.FromSeconds(1);

    private readonly LoraConfig _config;
    private readonly string _source;
    private readonly Dictionary<string, Regex> _expressions = new(StringComparer.Ordinal);

    /// <param name="config">The adapter's settings.</param>
    /// <param name="source">File or option they came from, for messages.</param>
    public LoraTargeting(LoraConfig config, string source)
    {
        _config = config;
        _source = source;
    }

    /// <summary>True if the module gets A and B.</summary>
    /// <param name="module">Its dotted name.</param>
    /// <param name="isHead">The output head, which all-linear leaves out.</param>
    public bool Selects(string module, bool isHead)
    {
        if (_config.Excluded != null && Matches(_config.Excluded, module, isHead, direct: out _))
            return false;
        if (!Matches(_config.Targets, module, isHead, out bool direct))
            return false;
        return direct || _config.LayersToTransform is not { Count: > 0 } layers || LayerOf(module) is int layer && layers.Contains(layer);
    }

    /// <summary>True if the module is trained and saved whole.</summary>
    public bool Saves(string module) => _config.ModulesToSave.Any(name => EndsWith(module, name));

    public (int Rank, double Scaling) RankAndScaling(string module)
    {
        int rank = Lookup(_config.RankPattern, module, _config.Rank);
        double alpha = Lookup(_config.AlphaPattern, module, _config.Alpha);
        return (rank, _config.UseRsLora ? alpha / Math.Sqrt(rank) : alpha / rank);
    }

    private bool Matches(ModuleSelector selector, string module, bool isHead, out bool direct)
    {
        direct = false;
        switch (selector)
        {
            case ModuleSelector.AllLinear:
                return !isHead;
            case ModuleSelector.Pattern pattern:
                direct = Run(@"\A(?:" + pattern.Expression + @")\z", module, pattern.Expression).Success;
                return direct;
            case ModuleSelector.Names names:
                direct = names.Values.Contains(module);
                return direct || names.Values.Any(name => EndsWith(module, name));
            default:
                throw new InvalidOperationException(selector.GetType().Name);
        }
    }

    private int? LayerOf(string module)
    {
        IEnumerable<string> lists = _config.LayersPattern is { Count: > 0 } given ? given : [@"[^.]*"];
        foreach (string list in lists)
        {
            if (Run(@"\A.*\." + list + @"\.(\d+)\.", module, list) is { Success: true } match)
                return int.Parse(match.Groups[^1].Value, CultureInfo.InvariantCulture);
        }

        return null;
    }

    private T Lookup<T>(IReadOnlyList<KeyValuePair<string, T>> pattern, string module, T fallback)
    {
        foreach ((string expression, T value) in pattern)
        {
            if (Run(@"\A(?:.*\.)?(?:" + expression + @")\z", module, expression).Success)
                return value;
        }

        return fallback;
    }

    internal static bool EndsWith(string module, string name) =>
        module == name || (module.EndsWith(name, StringComparison.Ordinal) && module[..^name.Length].EndsWith('.'));

    private Match Run(string expression, string module, string shown)
    {
        try
        {
            return Expression(expression, shown).Match(module);
        }
        catch (RegexMatchTimeoutException e)
        {
            throw new InputException(
                $"{_source}: pattern {ModelFileException.Quote(shown)} takes more "
                    + $"than {s_matchLimit.TotalSeconds:0} s on '{module}'; simplify it", e);
        }
    }

    private Regex Expression(string expression, string shown)
    {
        if (_expressions.TryGetValue(expression, out Regex? known))
            return known;
        try
        {
            return _expressions[expression] = new Regex(expression, RegexOptions.CultureInvariant, s_matchLimit);
        }
        catch (ArgumentException e)
        {
            throw new InputException($"{_source}: {ModelFileException.Quote(shown)} is no valid regular expression: {e.Message}", e);
        }
    }
}

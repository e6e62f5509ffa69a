using TraceFast.Data.Yaml;

namespace TraceFast.Gate.Suites;

/// <summary>A mapping of a suite's file, whose keys are known.</summary>
internal sealed class SuiteNode
{
    private readonly YamlNode.Mapping _mapping;

    /// <exception cref="InputException">It is no mapping, or has another key.</exception>
    public SuiteNode(YamlNode node, IReadOnlyList<string> keys)
    {
        _mapping = node as YamlNode.Mapping
            ?? throw new InputException($"{node.Where}: found {node.Description}; expected 'key: value' lines: {string.Join(", ", keys)}");
        foreach ((string key, YamlNode value) in _mapping.Entries)
            if (!keys.Contains(key))
                throw new InputException($"{value.Where}: unknown key '{key}'; expected {string.Join(", ", keys)}");
    }

    public string Where => _mapping.Where;

    public string WhereOf(string key) => Node(key)?.Where ?? Where;

    public YamlNode? Node(string key) => _mapping.Entries.FirstOrDefault(e => e.Key == key).Value is { } value
        && value is not YamlNode.Scalar { IsNull: true } ? value : null;

    public string? Text(string key) => Node(key) switch
    {
        null => null,
        YamlNode.Scalar scalar => scalar.Text,
        _ => throw Error(key, "a text"),
    };

    public string Required(string key) =>
        Text(key) is { Length: > 0 } text ? text : throw new InputException($"{Where}: '{key}' is missing; expected {key}: and a text");

    public double Number(string key, double otherwise, double least, double most) => Text(key) is not { } text ? otherwise
        : double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double number) && number >= least && number <= most
            ? number : throw Error(key, string.Create(CultureInfo.InvariantCulture, $"a number from {least} to {most}"));

    public int Whole(string key, int otherwise, int least, int most)
    {
        double number = Number(key, otherwise, least, most);
        return number == Math.Floor(number) ? (int)number : throw Error(key, $"a whole number from {least} to {most}");
    }

    /// <returns>As a share.</returns>
    public double Percent(string key, double otherwise) => Number(key, otherwise, 0, 1000) / 100;

    /// <exception cref="InputException">It is no list, or empty.</exception>
    public IReadOnlyList<YamlNode> Items(string key) => Node(key) switch
    {
        YamlNode.Sequence { Items.Count: > 0 } list => list.Items,
        null => throw new InputException($"{Where}: '{key}' is missing; expected a list"),
        _ => throw Error(key, "a list of at least one"),
    };

    public IReadOnlyDictionary<string, string> Texts(string key) => Node(key) switch
    {
        null => new Dictionary<string, string>(),
        YamlNode.Mapping mapping => mapping.Entries.ToDictionary(
            e => e.Key, e => e.Value is YamlNode.Scalar scalar ? scalar.Text : throw Error(key, "texts")),
        _ => throw Error(key, "'name: value' lines"),
    };

    public InputException Error(string key, string expected) =>
        new($"{WhereOf(key)}: {key} is {Node(key)?.Description ?? "missing"}; expected {expected}");
}

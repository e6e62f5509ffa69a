using TraceFast.Data.Yaml;

namespace TraceFast.Training.Configuration;

/// <summary>
/// The values of the keys that apply, read by kind, with the place that set each; all mistakes of a file are reported together.
/// </summary>
internal sealed class ConfigurationValues
{
    private const int MostErrors = 20;

    private readonly Dictionary<string, (object Value, string Where)> _given = [];
    private readonly Dictionary<string, object?> _defaults = [];
    private readonly List<string> _errors = [];
    private readonly List<string> _notes = [];

    /// <param name="overrides">"key=value", later ones win.</param>
    /// <exception cref="InputException">One line per mistake.</exception>
    public ConfigurationValues(YamlNode.Mapping file, IReadOnlyList<string> overrides)
    {
        Dictionary<string, YamlNode> nodes = new();
        foreach ((string key, YamlNode value) in file.Entries)
            nodes[key] = value;
        foreach (string text in overrides)
            if (Override(text) is (string key, YamlNode value))
                nodes[key] = value;
        foreach ((string name, YamlNode node) in nodes)
            Take(name, node);
        if (_errors.Count > MostErrors)
            _errors.RemoveRange(MostErrors, _errors.Count - MostErrors);
        if (_errors.Count > 0)
            throw new InputException(_errors);
    }

    private ConfigurationValues(ConfigurationValues other, string name, object value)
    {
        (_given, _notes, _defaults) = (other._given, other._notes, new(other._defaults) { [name] = value });
    }

    private ConfigurationValues(ConfigurationValues other, string where, IEnumerable<(string Name, object? Value)> changes)
    {
        (_given, _notes, _defaults) = (new(other._given), other._notes, new(other._defaults));
        foreach ((string name, object? value) in changes)
        {
            if (value is null)
                _given.Remove(name);
            else
                _given[name] = (value, where);
        }
    }

    /// <summary>One line for each key that is accepted and does not apply.</summary>
    public IReadOnlyList<string> Notes => _notes;

    /// <summary>The same with another default of a key.</summary>
    public ConfigurationValues WithDefault(string name, object value) => new(this, name, value);

    /// <summary>The same with other values of some keys.</summary>
    /// <param name="where">What set them.</param>
    /// <param name="changes">Null: the key is not given.</param>
    public ConfigurationValues With(string where, IEnumerable<(string Name, object? Value)> changes) => new(this, where, changes);

    /// <summary>Whether the user set the key (to something other than null).</summary>
    public bool IsGiven(string name) => _given.ContainsKey(name);

    /// <summary>Where the key was set, or "default".</summary>
    public string Where(string name) => _given.TryGetValue(name, out (object Value, string Where) set) ? set.Where : "default";

    /// <summary>The value, the default where the key is not given, or null where it has none.</summary>
    public object? Value(string name)
    {
        if (_given.TryGetValue(name, out (object Value, string Where) set))
            return set.Value;
        if (!_defaults.TryGetValue(name, out object? value))
        {
            ConfigurationKey key = ConfigurationKeys.Find(name) ?? throw new ArgumentException($"'{name}' is not a configuration key");
            _defaults[name] = value = key.Declared.Default is { } text ? Read(key, new YamlNode.Scalar("default", text, true)) : null;
        }
        return value;
    }

    private (string Key, YamlNode Value)? Override(string text)
    {
        int equals = text.IndexOf('=', StringComparison.Ordinal);
        string where = $"command line: {(text.Length <= 80 ? text : text[..80] + "...")}";
        if (equals < 1)
        {
            _errors.Add($"{where}: found no key; expected key=value");
            return null;
        }
        (string key, string value) = (text[..equals].Trim(), text[(equals + 1)..].Trim());
        if (value.Length == 0 || value[0] is not ('[' or '{' or '"' or '\''))
            return (key, new YamlNode.Scalar(where, value, false));
        try
        {
            return (key, YamlReader.ReadNode(value, _ => where) ?? new YamlNode.Scalar(where, "", false));
        }
        catch (InputException e)
        {
            _errors.Add(e.Message);
            return null;
        }
    }

    private void Take(string name, YamlNode node)
    {
        if (ConfigurationKeys.Find(name) is not ConfigurationKey key)
        {
            _errors.Add($"{node.Where}: '{Shown(name)}' is not a known key; the nearest is '{ConfigurationKeys.Nearest(name)}'");
            return;
        }
        if (node is YamlNode.Scalar { IsNull: true } && key.Kind != KeyKind.BooleanOrNull)
            return;
        switch (key.Use)
        {
            case KeyUse.Ignored:
                _notes.Add($"{node.Where}: {name} does not apply here: {key.Meaning}");
                return;
            case KeyUse.Refused:
                if (!IsOff(node))
                    _errors.Add($"{node.Where}: {name} is set to {node.Description}: {key.Meaning}");
                return;
        }
        if (Read(key, node) is not object value)
            return;
        string target = key.AliasOf ?? name;
        if (_given.TryGetValue(target, out (object Value, string Where) other) && !other.Value.Equals(value))
            _errors.Add($"{node.Where}: {name} and {target} ({other.Where}) are the same setting with different values; remove one");
        _given[target] = (value, node.Where);
    }

    /// <summary>false, 0, no, none or an empty list switches a refused key off.</summary>
    private static bool IsOff(YamlNode node) => node switch
    {
        YamlNode.Scalar s => Boolean(s.Text) == false || s.Text.Equals("none", StringComparison.OrdinalIgnoreCase)
            || (double.TryParse(s.Text, NumberStyles.Float, CultureInfo.InvariantCulture, out double number) && number == 0),
        YamlNode.Sequence s => s.Items.Count == 0,
        _ => false,
    };

    /// <summary>The value by the key's kind; null with an error added where it does not fit.</summary>
    private object? Read(ConfigurationKey key, YamlNode node)
    {
        switch (key.Kind)
        {
            case KeyKind.List when node is YamlNode.Sequence or YamlNode.Scalar:
                return ReadList(key, node);
            case KeyKind.Map when node is YamlNode.Mapping mapping:
                return ReadMap(key, mapping);
            case KeyKind.Text when node is YamlNode.Scalar s:
                return s.Text;
            case KeyKind.Choice when node is YamlNode.Scalar s
                && key.Declared.Unsupported?.StartsWith($"{s.Text}: ", StringComparison.Ordinal) == true:
                _errors.Add($"{node.Where}: {key.Name}: {s.Text} is not supported: {key.Declared.Unsupported[(s.Text.Length + 2)..]}");
                return null;
            case KeyKind.Choice when node is YamlNode.Scalar s:
                return key.Choices.Contains(s.Text) ? s.Text
                    : Wrong(key, node, key.Choices.Count == 1 ? key.Choices[0] : "one of " + string.Join(", ", key.Choices));
            case KeyKind.Boolean when node is YamlNode.Scalar s:
                return Boolean(s.Text) is bool truth ? truth : Wrong(key, node, "true or false");
            case KeyKind.BooleanOrNull when node is YamlNode.Scalar s:
                return s.IsNull || s.Text is "null" ? "null"
                    : Boolean(s.Text) is bool on ? (on ? "true" : "false") : Wrong(key, node, "true, false or null");
            case KeyKind.Integer when node is YamlNode.Scalar s:
                return int.TryParse(s.Text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out int whole)
                    && key.Declared.Allows(whole)
                    ? whole : Wrong(key, node, $"a whole number, {key.Declared.Range}");
            case KeyKind.Number when node is YamlNode.Scalar s:
                return double.TryParse(s.Text, NumberStyles.Float, CultureInfo.InvariantCulture, out double number)
                    && double.IsFinite(number) && key.Declared.Allows(number)
                    ? number : Wrong(key, node, $"a number, {key.Declared.Range}");
            default:
                return Wrong(key, node, key.Kind switch
                {
                    KeyKind.List => "a list, or names with commas",
                    KeyKind.Map => "a mapping of names to values",
                    KeyKind.Boolean => "true or false",
                    KeyKind.BooleanOrNull => "true, false or null",
                    KeyKind.Choice => "one of " + string.Join(", ", key.Choices),
                    KeyKind.Integer or KeyKind.Number => "a number",
                    _ => "text",
                });
        }
    }

    private ConfigurationList? ReadList(ConfigurationKey key, YamlNode node)
    {
        List<string> items = new();
        if (node is YamlNode.Scalar whole)
        {
            items.AddRange(whole.Text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries));
        }
        else
        {
            foreach (YamlNode item in ((YamlNode.Sequence)node).Items)
            {
                if (item is not YamlNode.Scalar s)
                    return (ConfigurationList?)Wrong(key, item, "a name as each item of the list");
                items.Add(s.Text);
            }
        }
        return new ConfigurationList(items);
    }

    private ConfigurationMap? ReadMap(ConfigurationKey key, YamlNode.Mapping mapping)
    {
        List<KeyValuePair<string, string>> entries = new();
        foreach ((string name, YamlNode value) in mapping.Entries)
        {
            if (value is not YamlNode.Scalar s)
                return (ConfigurationMap?)Wrong(key, value, $"a single value for {Shown(name)}");
            entries.Add(new(name, s.Text));
        }
        return new ConfigurationMap(entries);
    }

    private object? Wrong(ConfigurationKey key, YamlNode node, string expected)
    {
        _errors.Add($"{node.Where}: {key.Name} is {node.Description}; expected {expected}");
        return null;
    }

    private static bool? Boolean(string text) => text.ToUpperInvariant() switch
    {
        "TRUE" or "YES" or "ON" => true,
        "FALSE" or "NO" or "OFF" => false,
        _ => null,
    };

    private static string Shown(string name) => name.Length <= 60 ? name : name[..60] + "...";
}

/// <summary>A list of names, equal when all of them are.</summary>
internal sealed record ConfigurationList(IReadOnlyList<string> Items)
{
    public bool Equals(ConfigurationList? other) => other != null && Items.SequenceEqual(other.Items);

    public override int GetHashCode() => Items.Count == 0 ? 0 : Items[0].GetHashCode(StringComparison.Ordinal);
}

/// <summary>Names with values, in the file's order, equal when all of them are.</summary>
internal sealed record ConfigurationMap(IReadOnlyList<KeyValuePair<string, string>> Entries)
{
    public bool Equals(ConfigurationMap? other) => other != null && Entries.SequenceEqual(other.Entries);

    public override int GetHashCode() => Entries.Count;
}

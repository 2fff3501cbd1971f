# snippet:start
export BRAINTRUST_API_URL="{{endpoint}}"
export BRAINTRUST_API_KEY="{{key}}"
export BRAINTRUST_PARENT="project_name:my-agent"
# snippet:end

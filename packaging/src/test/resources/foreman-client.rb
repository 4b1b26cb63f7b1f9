# One call as Foreman makes it, by the library Foreman uses.
#
#   ruby foreman-client.rb URL CERTIFICATE KEY AUTHORITY METHOD PATH [FIELD=VALUE ...]     FIELD alone: one without a value
#
# URL is the one the proxy is registered with; REQUEST_ID in the environment is that of Foreman's log. Prints the status, what
# Foreman would make of the answer, and the body, a line each: blank is true, JSON its value, anything else with 2xx a failure.
require 'json'
require 'openssl'
require 'rest_client'
require 'securerandom'

url, certificate, key, authority, verb, path, *fields = ARGV

resource = RestClient::Resource.new(
  url.chomp('/'),
  timeout: 60,
  open_timeout: 60,
  headers: { accept: :json, x_request_id: ENV.fetch('REQUEST_ID') { SecureRandom.uuid }, x_session_id: SecureRandom.uuid },
  ssl_client_cert: OpenSSL::X509::Certificate.new(File.read(certificate)),
  ssl_client_key: OpenSSL::PKey.read(File.read(key)),
  ssl_ca_file: authority,
  verify_ssl: OpenSSL::SSL::VERIFY_PEER
)

form = fields.to_h { |field| field.split('=', 2).values_at(0, 1) }
begin
  response =
    case verb
    when 'get' then resource[path].get
    when 'post' then resource[path].post(form)
    when 'delete' then resource[path].delete
    else abort "unknown method #{verb}"
    end
rescue RestClient::ExceptionWithResponse => e
  abort "#{e.class}: #{e.message}" unless e.response
  response = e.response
end

outcome =
  if response.code >= 300
    'error'
  elsif response.body.strip.empty?
    'true'
  else
    begin
      JSON.generate(JSON.parse(response.body))
    rescue JSON::ParserError
      'false'
    end
  end
# libraries may have printed warnings before
puts 'ANSWER', response.code, outcome, response.body
